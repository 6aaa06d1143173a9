#include "kafka/page_reader.h"

#include "kafka/message.h"
#include "kafka/offsets_query.h"
#include "kafka/trouble.h"
#include "kafka/undecodable.h"

#include <algorithm>
#include <chrono>
#include <vector>

namespace tailrace {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kPatience{10000};  // without anything coming
constexpr std::chrono::milliseconds kSilence{300};     // then it may stand beyond the last stable offset
constexpr const char* kNoPartition = "the topic has no such partition";
constexpr int kQuestionMillis = 5000;
constexpr int kRow = 2;  // pages in a row before it reads ahead

// About one page of small records at a time, and nothing more until asked for.
constexpr PartitionStream::Style kSingle{{256 << 10, 64}, false};
constexpr PartitionStream::Style kAhead{{1 << 20, 512}, true};

}  // namespace

PageReader::PageReader(const KafkaSettings& settings, ArchiveProbe& probe, const std::atomic<bool>& stopping)
    : settings_(settings),
      probe_(probe),
      stopping_(stopping),
      single_(settings, kSingle),
      ahead_(settings, kAhead),
      stream_(&single_) {}

bool PageReader::stands_at(const std::string& topic, Partition partition, Offset offset) const {
  return stream_->stands_at(topic, partition, offset);
}

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
  PageBuilder page(writer_, request.channel, request.partition, request.from);
  auto last = Clock::now();
  auto looked = last;
  while (!stopping_ && Clock::now() - last < kPatience) {
    if (const rd_kafka_message_t* message = stream_->peek()) {
      if (Verdict verdict = take(*message, request, page)) return *std::move(verdict);
      last = looked = Clock::now();
    } else if (Clock::now() - looked > kSilence) {
      looked = Clock::now();
      if (stream_->lacks_its_partition()) return fail("unknown_partition", kNoPartition);
      if (beyond_stable(request, page.next())) return finish(page, page.next(), true);
    }
  }
  return fail("unavailable", "Kafka did not answer in time");
}

void PageReader::stand(const PageRequest& request) {
  const std::string& topic = request.channel->topic;
  if (!stream_->stands_at(topic, request.partition, request.from)) {
    pages_in_a_row_ = 0;
    stream_->stop();
    stream_ = &single_;
    stream_->start(topic, request.partition, request.from);
    return;
  }
  probe_.continued.fetch_add(1, std::memory_order_relaxed);
  if (++pages_in_a_row_ < kRow || stream_ == &ahead_) return;
  stream_->stop();
  stream_ = &ahead_;
  stream_->start(topic, request.partition, request.from);
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
  const Trouble trouble = classify(message.err);
  const Offset offset = message.offset;
  stream_->pop();
  switch (trouble) {
    case Trouble::end:
      if (offset < page.next()) return std::nullopt;
      return finish(page, std::min(offset, request.end), offset < request.end);
    case Trouble::out_of_range:
      return skip_expired(request, page);
    case Trouble::no_partition:
      return fail("unknown_partition", kNoPartition);
    case Trouble::undecodable:
      return skip_undecodable(request, page);
    case Trouble::denied:
      return fail("unavailable", rd_kafka_err2str(message.err));
    case Trouble::passing:
      return std::nullopt;
  }
  return std::nullopt;
}

// librdkafka has stopped the partition: the place lies before the log's beginning, or past its end.
PageReader::Verdict PageReader::skip_expired(const PageRequest& request, PageBuilder& page) {
  std::vector<OffsetQuestion> earliest{{&request.channel->topic, request.partition}};
  if (!ask_offsets(stream_->handle(), earliest, kEarliest, kQuestionMillis) || earliest[0].answer == kUnknown)
    return fail("unavailable", "Kafka did not say where the partition begins");
  const Offset begin = earliest[0].answer;
  if (begin <= page.next()) return finish(page, page.next(), true);
  page.gap(begin, "expired");
  probe_.gaps.fetch_add(1, std::memory_order_relaxed);
  stream_->stop();
  if (begin >= request.end) return finish(page, begin, false);
  stream_->start(request.channel->topic, request.partition, begin);
  return std::nullopt;
}

PageReader::Verdict PageReader::skip_undecodable(const PageRequest& request, PageBuilder& page) {
  stream_->stop();
  if (!records_) records_ = std::make_unique<Probe>(settings_, stopping_);
  const auto look = [&](Offset offset) {
    const ProbeRange range{request.partition, offset, request.end, ProbeRange::Which::first};
    return records_->look(request.channel->topic, range, kQuestionMillis);
  };
  const auto found = find_undecodable(page.next(), request.end, look);
  if (!found) return fail("unavailable", "Kafka did not say how far what can't be read reaches");
  page.cover(found->from);
  if (found->from < found->to) {
    page.gap(found->to, "undecodable");
    probe_.gaps.fetch_add(1, std::memory_order_relaxed);
  }
  if (page.next() >= request.end) return finish(page, request.end, false);
  stream_->start(request.channel->topic, request.partition, page.next());
  return std::nullopt;
}

// While a transaction is open, nothing comes at its place and no end is told.
bool PageReader::beyond_stable(const PageRequest& request, Offset next) {
  std::vector<OffsetQuestion> stable{{&request.channel->topic, request.partition}};
  return ask_offsets(stream_->handle(), stable, kStable, kQuestionMillis) && stable[0].answer != kUnknown &&
         stable[0].answer <= next;
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
