#include "kafka/page_reader.h"

#include "kafka/message.h"
#include "kafka/offsets_query.h"
#include "kafka/trouble.h"
#include "kafka/undecodable.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace tailrace {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kPatience{10000};  // without anything coming
constexpr std::chrono::milliseconds kSilence{300};     // then it may stand where nothing comes
constexpr std::chrono::milliseconds kLongSilence{1500};
constexpr const char* kNoPartition = "the topic has no such partition";
constexpr int kQuestionMillis = 5000;
constexpr int kShortMillis = 1000;
constexpr int kRow = 2;  // pages in a row before it reads ahead

// About one page of small records at a time, and nothing more until asked for.
constexpr PartitionStream::Style kSingle{{256 << 10, 64, 1000}, false};
constexpr PartitionStream::Style kAhead{{1 << 20, 512, 1000}, true};

}  // namespace

PageReader::PageReader(const KafkaSettings& settings, ArchiveProbe& probe, const std::atomic<bool>& stopping)
    : settings_(settings),
      probe_(probe),
      stopping_(stopping),
      single_(settings, kSingle),
      ahead_(settings, kAhead),
      stream_(&single_) {}

void PageReader::rest() { stream_->stop(); }

void PageReader::serve() {
  single_.handle().serve();
  ahead_.handle().serve();
  const std::uint64_t received = single_.handle().received() + ahead_.handle().received();
  probe_.broker_bytes.fetch_add(received - counted_, std::memory_order_relaxed);
  counted_ = received;
}

Result<PagePtr> PageReader::read(const PageRequest& request) {
  stand(request);
  restarts_ = 0;
  PageBuilder page(writer_, request.channel, request.partition, request.from);
  auto last = Clock::now();
  auto heeded = last;
  while (!stopping_ && Clock::now() - last < kPatience) {
    Verdict verdict;
    if (const rd_kafka_message_t* message = stream_->peek()) {
      const bool error = message->err;
      verdict = take(*message, request, page);
      if (!error) last = heeded = Clock::now();  // an error that comes again and again is no life
    } else if (Clock::now() - heeded > kSilence) {
      const Offset before = page.next();
      verdict = heed_silence(request, page, Clock::now() - last > kLongSilence);
      heeded = Clock::now();
      if (page.next() > before) last = heeded;
    }
    if (verdict) return *std::move(verdict);
  }
  return fail("unavailable", "Kafka did not answer in time");
}

void PageReader::stand(const PageRequest& request) {
  const std::string& topic = request.channel->topic;
  const bool same = std::exchange(generation_, request.generation) == request.generation;
  if (!same || !stream_->stands_at(topic, request.partition, request.from)) {
    pages_in_a_row_ = 0;
    stream_->stop();
    stream_ = request.in_order ? &ahead_ : &single_;
    return start(request, request.from);
  }
  probe_.continued.fetch_add(1, std::memory_order_relaxed);
  if (++pages_in_a_row_ < kRow || stream_ == &ahead_) return;
  stream_->stop();
  stream_ = &ahead_;
  start(request, request.from);
}

void PageReader::start(const PageRequest& request, Offset offset) {
  stream_->start(request.channel->topic, request.partition, offset);
  standstill_ = {};
}

PageReader::Verdict PageReader::take(const rd_kafka_message_t& message, const PageRequest& request,
                                     PageBuilder& page) {
  if (message.err) return take_error(message, request, page);
  if (message.offset >= request.end) return finish(page, request.end, false);  // it is the next page's
  if (message.offset >= page.next()) {
    read_record(message, record_);
    page.add(record_);
  }
  stream_->pop();
  if (page.next() == request.end) return finish(page, request.end, false);
  if (page.bytes() >= request.max_bytes) return finish(page, page.next(), false);
  return std::nullopt;
}

PageReader::Verdict PageReader::take_error(const rd_kafka_message_t& message, const PageRequest& request,
                                           PageBuilder& page) {
  const rd_kafka_resp_err_t error = message.err;
  const Trouble trouble = classify(error);
  const Offset offset = message.offset;
  stream_->pop();
  switch (trouble) {
    case Trouble::end:
      if (offset < page.next()) return std::nullopt;
      return finish(page, std::min(offset, request.end), offset < request.end);
    case Trouble::out_of_range:
      return heed_out_of_range(request, page);
    case Trouble::no_partition:
      return fail("unknown_partition", kNoPartition);
    case Trouble::undecodable:
      return skip_undecodable(request, page, page.next());
    case Trouble::denied:
      return fail("unavailable", rd_kafka_err2str(error));
    case Trouble::passing:
      return std::nullopt;
  }
  return std::nullopt;
}

// While a transaction is open, nothing comes at its place and no end is told; nor does anything inside a batch of an unknown
// format, or from a partition that there is none of. One without a leader is not waited for: others want the reader.
PageReader::Verdict PageReader::heed_silence(const PageRequest& request, PageBuilder& page, bool long_silence) {
  const auto standing = stream_->standing_of_partition();
  if (standing == PartitionStream::Standing::lacking) return fail("unknown_partition", kNoPartition);
  if (standing == PartitionStream::Standing::leaderless) {
    if (!long_silence) return std::nullopt;
    return fail("unavailable", "the partition has no leader");
  }
  const Offset stable = ask(request, kStable);
  if (stable != kUnknown && stable <= page.next()) return finish(page, page.next(), true);
  if (standstill_.hopeless(stream_->handle().statistics())) return skip_undecodable(request, page, page.next());
  if (!long_silence || page.next() > request.from) return std::nullopt;
  if (const auto bad = undecodable_before(request)) return skip_undecodable(request, page, *bad);
  return std::nullopt;
}

// librdkafka has stopped the partition: the place lies before the log's beginning, or past its end; or it had skipped
// wrongly, which says nothing of the place.
PageReader::Verdict PageReader::heed_out_of_range(const PageRequest& request, PageBuilder& page) {
  constexpr int kRestarts = 5;
  const Offset earliest = ask(request, kEarliest);
  const Offset stable = ask(request, kStable);
  stream_->stop();
  if (earliest == kUnknown || stable == kUnknown || ++restarts_ > kRestarts)
    return fail("unavailable", "Kafka did not say where the partition begins and ends");
  if (page.next() > stable) return finish(page, page.next(), true);
  if (earliest > page.next()) {
    page.gap(earliest, "expired");
    probe_.gaps.fetch_add(1, std::memory_order_relaxed);
  }
  if (page.next() >= request.end) return finish(page, page.next(), false);
  start(request, page.next());
  return std::nullopt;
}

// What can't be read begins at `from`, which may lie before the page.
PageReader::Verdict PageReader::skip_undecodable(const PageRequest& request, PageBuilder& page, Offset from) {
  stream_->stop();
  Probe probe(settings_, stopping_, Probe::kSeesStandstill);
  const auto look = [&](Offset offset, int patience_ms) {
    const ProbeRange range{request.partition, offset, request.end, ProbeRange::Which::first};
    return probe.look(request.channel->topic, range, patience_ms);
  };
  const auto found = find_undecodable(from, request.end, look);
  if (!found) return fail("unavailable", "Kafka did not say how far what can't be read reaches");
  page.cover(std::max(found->from, page.next()));
  if (page.next() < found->to) {
    page.gap(found->to, "undecodable");
    probe_.gaps.fetch_add(1, std::memory_order_relaxed);
  }
  if (page.next() >= request.end) return finish(page, request.end, false);
  start(request, page.next());
  return std::nullopt;
}

// The beginning of a batch that can't be read and may reach into the page.
std::optional<Offset> PageReader::undecodable_before(const PageRequest& request) {
  for (const Offset reach : {1, 32, 1024, 16384}) {
    const ProbeRange range{request.partition, std::max<Offset>(request.from - reach, 0), request.from,
                           ProbeRange::Which::trouble};
    const Probed probed = records().look(request.channel->topic, range, kShortMillis);
    if (probed.kind == Probed::Kind::undecodable && probed.offset != kUnknown) return probed.offset;
    if (probed.kind == Probed::Kind::record || probed.kind == Probed::Kind::nothing) return std::nullopt;
  }
  return std::nullopt;
}

Offset PageReader::ask(const PageRequest& request, Millis what) {
  std::vector<OffsetQuestion> question{{&request.channel->topic, request.partition}};
  return ask_offsets(stream_->handle(), question, what, kQuestionMillis) ? question[0].answer : kUnknown;
}

Probe& PageReader::records() {
  if (!records_) records_ = std::make_unique<Probe>(settings_, stopping_);
  return *records_;
}

Result<PagePtr> PageReader::finish(PageBuilder& page, Offset next, bool at_end) {
  if (at_end) stream_->stop();  // else it would ask for more all the time
  if (stream_->standing()) stream_->leave_at(next);
  probe_.pages.fetch_add(1, std::memory_order_relaxed);
  return page.finish(next, at_end);
}

Result<PagePtr> PageReader::fail(const char* code, const char* message) {
  stream_->stop();
  probe_.unavailable.fetch_add(1, std::memory_order_relaxed);
  return Error{code, message};
}

}  // namespace tailrace
