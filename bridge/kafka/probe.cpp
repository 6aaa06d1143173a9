#include "kafka/probe.h"

#include "kafka/message.h"
#include "kafka/standstill.h"
#include "kafka/trouble.h"
#include "wire/fingerprint.h"

#include <chrono>

namespace tailrace {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kPollMillis = 20;
constexpr std::chrono::milliseconds kSilence{500};  // then perhaps there is no such partition

Probed::Kind kind_of(Trouble trouble) {
  switch (trouble) {
    case Trouble::end:
      return Probed::Kind::nothing;
    case Trouble::out_of_range:
      return Probed::Kind::out_of_range;
    case Trouble::undecodable:
      return Probed::Kind::undecodable;
    case Trouble::no_partition:
      return Probed::Kind::no_partition;
    default:
      return Probed::Kind::unavailable;
  }
}

// Behind what it can't read librdkafka may go astray, and tell of where it came to even after a new start.
bool astray(const rd_kafka_message_t& message, const ProbeRange& range, const Probed& probed) {
  return classify(message.err) == Trouble::out_of_range && probed.kind != Probed::Kind::record &&
         message.offset != range.from;
}

}  // namespace

Probe::Probe(const KafkaSettings& settings, const std::atomic<bool>& stopping, int statistics_ms)
    : fetcher_(settings, FetchSizes{.fetch_bytes = 64 << 10, .queue_kilobytes = 16, .statistics_ms = statistics_ms}),
      stopping_(stopping) {}

Probed Probe::look(const std::string& topic, const ProbeRange& range, int patience_ms) {
  return look(topic, std::vector<ProbeRange>{range}, patience_ms).front();
}

std::vector<Probed> Probe::look(const std::string& topic, const std::vector<ProbeRange>& ranges, int patience_ms) {
  const auto deadline = Clock::now() + std::chrono::milliseconds(patience_ms);
  auto silent_since = Clock::now();
  std::vector<Probed> found(ranges.size());
  Standstill standstill;
  Open open;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    open[ranges[i].partition] = i;
    fetcher_.start(topic, ranges[i].partition, ranges[i].from);
  }
  while (!open.empty() && !stopping_ && Clock::now() < deadline) {
    if (const MessagePtr message = fetcher_.poll(kPollMillis)) {
      silent_since = Clock::now();
      const auto at = open.find(message->partition);
      if (at == open.end()) continue;
      const ProbeRange& range = ranges[at->second];
      if (astray(*message, range, found[at->second])) {
        fetcher_.stop(topic, range.partition);
        fetcher_.start(topic, range.partition, range.from);
        continue;
      }
      if (!take(*message, range, found[at->second])) continue;
      fetcher_.stop(topic, message->partition);
      open.erase(at);
    } else {
      fetcher_.nudge(topic, open.begin()->first);
      if (ranges.size() == 1 && standstill.hopeless(fetcher_.handle().statistics())) {
        const auto [partition, index] = *open.begin();
        const auto standing = static_cast<Offset>(fetcher_.handle().statistics().places);
        take_undecodable({.kind = Probed::Kind::undecodable, .standing = standing}, ranges[index], found[index]);
        fetcher_.stop(topic, partition);
        return found;
      }
      if (Clock::now() - silent_since < kSilence) continue;
      silent_since = Clock::now();
      drop_lacking(topic, open, found);
    }
  }
  for (const auto& [partition, index] : open) {
    fetcher_.stop(topic, partition);
    found[index] = Probed{};
  }
  return found;
}

void Probe::drop_lacking(const std::string& topic, Open& open, std::vector<Probed>& found) {
  const auto partitions = fetcher_.partitions(topic);
  if (!partitions) return;
  std::erase_if(open, [&](const auto& entry) {
    if (static_cast<std::size_t>(entry.first) < partitions->size()) return false;
    fetcher_.stop(topic, entry.first);
    found[entry.second].kind = Probed::Kind::no_partition;
    return true;
  });
}

// True when the answer is final.
bool Probe::take(const rd_kafka_message_t& message, const ProbeRange& range, Probed& probed) {
  return message.err ? take_error(message, range, probed) : take_record(message, range, probed);
}

bool Probe::take_record(const rd_kafka_message_t& message, const ProbeRange& range, Probed& probed) {
  if (message.offset >= range.until) {
    if (probed.kind != Probed::Kind::record) probed.kind = Probed::Kind::nothing;
    return true;
  }
  read_record(message, record_);
  probed = {Probed::Kind::record, record_.offset, fingerprint(record_), record_.timestamp};
  return range.which == ProbeRange::Which::first || message.offset == range.until - 1;
}

bool Probe::take_error(const rd_kafka_message_t& message, const ProbeRange& range, Probed& probed) {
  const Trouble trouble = classify(message.err);
  if (trouble == Trouble::passing) return false;
  if (trouble == Trouble::undecodable) {
    const bool by_broker = message.err == RD_KAFKA_RESP_ERR_INVALID_MSG;
    const bool silent_inside = message.err == RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED;
    take_undecodable({kind_of(trouble), by_broker ? kUnknown : message.offset, 0, 0, silent_inside}, range, probed);
  } else if (probed.kind != Probed::Kind::record) {
    probed = {kind_of(trouble), message.offset};
  }
  return true;
}

// What was found before it counts, unless it is what was looked for.
void Probe::take_undecodable(const Probed& undecodable, const ProbeRange& range, Probed& probed) {
  if (probed.kind != Probed::Kind::record || range.which == ProbeRange::Which::trouble) probed = undecodable;
}

}  // namespace tailrace
