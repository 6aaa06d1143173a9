#include "kafka/warm_range.h"

#include "kafka/fetcher.h"

#include <chrono>
#include <map>
#include <string_view>

namespace tailrace {
namespace {

using Clock = std::chrono::steady_clock;
constexpr double kMark = 50;              // bytes in a log that a record takes beside its key and value
constexpr double kUsual = 500;            // key and value, where nothing is known
constexpr double kMuchRecord = 64 << 10;  // more than records weigh as a rule
constexpr std::chrono::seconds kPatience{3};

// A few records of a topic, and what their keys and values weigh.
struct Sample {
  static constexpr int kEnough = 20;
  Partition partition = 0;
  int records = 0;
  double bytes = 0;
};

using Samples = std::map<std::string_view, Sample>;

Offset records(const std::vector<WarmRange>& ranges) {
  Offset records = 0;
  for (const WarmRange& range : ranges) records += range.live - range.start;
  return records;
}

void read_some(Fetcher& fetcher, Samples& samples) {
  const auto deadline = Clock::now() + kPatience;
  for (std::size_t open = samples.size(); open > 0 && Clock::now() < deadline;) {
    const MessagePtr message = fetcher.poll(20);
    if (!message || !message->rkt) continue;
    const auto found = samples.find(rd_kafka_topic_name(message->rkt));
    if (found == samples.end() || found->second.records == Sample::kEnough) continue;
    Sample& sample = found->second;
    if (!message->err) {
      sample.bytes += static_cast<double>(message->len + message->key_len);
      if (++sample.records < Sample::kEnough) continue;
    }
    fetcher.stop(std::string(found->first), sample.partition);
    --open;
  }
}

// Of each topic, the beginning of its longest range. Nothing where no handle is to be had.
Samples weigh(const std::vector<WarmRange>& ranges, const KafkaSettings& settings) try {
  std::map<std::string_view, const WarmRange*> longest;
  for (const WarmRange& range : ranges) {
    const WarmRange*& known = longest[*range.topic];
    if (!known || range.live - range.start > known->live - known->start) known = &range;
  }
  Samples samples;
  Fetcher fetcher(settings, {.fetch_bytes = 64 << 10, .queue_kilobytes = 16});
  for (const auto& [topic, range] : longest) {
    samples[topic].partition = range->partition;
    fetcher.start(*range->topic, range->partition, range->start);
  }
  read_some(fetcher, samples);
  return samples;
} catch (const StartError&) {
  return {};
}

double mean(const Sample& sample, double otherwise) {
  return sample.records == 0 ? otherwise : sample.bytes / sample.records;
}

}  // namespace

void fit_in_memory(std::vector<WarmRange>& ranges, std::size_t bytes, const KafkaSettings& settings) {
  const auto room = static_cast<double>(bytes);
  if (static_cast<double>(records(ranges)) * kMuchRecord <= room) return;
  Samples samples = weigh(ranges, settings);
  Sample all;
  for (const auto& [topic, sample] : samples) {
    all.records += sample.records;
    all.bytes += sample.bytes;
  }
  double wanted = 0;
  for (const WarmRange& range : ranges)
    wanted += static_cast<double>(range.live - range.start) * (kMark + mean(samples[*range.topic], mean(all, kUsual)));
  if (wanted <= room) return;
  for (WarmRange& range : ranges)
    range.start = range.live - static_cast<Offset>(room / wanted * static_cast<double>(range.live - range.start));
}

}  // namespace tailrace
