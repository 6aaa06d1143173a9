#include "kafka/topic_watch.h"

#include <algorithm>

namespace tailrace {

void TopicWatch::see(const rd_kafka_metadata_topic& topic) {
  missing_ = 0;
  refused_ = false;
  const std::size_t count = std::max<std::size_t>(topic.partition_cnt, parts_.size());
  parts_.resize(count, Part{.fresh = fresh_ || begun_});
  for (Part& part : parts_) part.led = false;
  for (int i = 0; i < topic.partition_cnt; ++i) {
    const rd_kafka_metadata_partition& seen = topic.partitions[i];
    if (seen.id >= 0 && static_cast<std::size_t>(seen.id) < count) parts_[seen.id].led = seen.leader >= 0;
  }
}

// A broker that is starting may not know its topics yet: once is not enough.
bool TopicWatch::see_missing() {
  constexpr int kSure = 4;
  if (++missing_ < kSure || settled()) return false;
  fresh_ = begun_ = true;
  return true;
}

bool TopicWatch::see_refused() {
  begun_ = false;
  parts_.clear();
  return !std::exchange(refused_, true);
}

bool TopicWatch::ready_to_begin() const {
  return !begun_ && !parts_.empty() &&
         std::ranges::all_of(parts_, [](const Part& part) { return part.fresh || !part.led || part.live != kUnknown; });
}

void TopicWatch::begin(Offsets& start, Offsets& live) {
  begun_ = true;
  for (Part& part : parts_) {
    part.started = part.fresh || part.live != kUnknown;
    live.push_back(part.fresh ? 0 : part.live);
    start.push_back(part.start != kUnknown && part.start < live.back() ? part.start : live.back());
  }
}

std::vector<std::pair<Partition, Offset>> TopicWatch::take_starts() {
  std::vector<std::pair<Partition, Offset>> starts;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    Part& part = parts_[i];
    if (part.started || (!part.fresh && part.live == kUnknown)) continue;
    part.started = true;
    starts.emplace_back(static_cast<Partition>(i), part.fresh ? 0 : part.live);
  }
  return starts;
}

}  // namespace tailrace
