#include "kafka/topic_watch.h"

#include <algorithm>
#include <utility>

namespace tailrace {
namespace {

constexpr int kSure = 4;  // looks: a broker that is starting may not know its topics yet

}  // namespace

const char* TopicWatch::see(const rd_kafka_metadata_topic& topic) {
  const char* suspicious = nullptr;
  if (std::exchange(missing_, 0) > 0 && begun_) suspicious = "it was gone for a while";
  refused_ = false;
  if (parts_.size() > static_cast<std::size_t>(topic.partition_cnt)) suspicious = "it has fewer partitions";
  parts_.resize(std::max<std::size_t>(topic.partition_cnt, parts_.size()), Part{.fresh = fresh_ || begun_});
  for (Part& part : parts_) part.leader = -1;
  for (int i = 0; i < topic.partition_cnt; ++i) {
    if (static_cast<std::size_t>(topic.partitions[i].id) >= parts_.size()) continue;
    Part& part = parts_[topic.partitions[i].id];
    part.leader = topic.partitions[i].leader;
    if (!part.led()) continue;
    const std::int32_t before = std::exchange(part.last_leader, part.leader);
    if (before >= 0 && before != part.leader && part.started) suspicious = "a leader changed";
  }
  return suspicious;
}

void TopicWatch::Part::answered(Offset end) {
  live = end;
  silent = end == kUnknown ? silent + 1 : 0;
}

void TopicWatch::restart(std::size_t partitions) { parts_.assign(partitions, Part{.fresh = true, .started = true}); }

bool TopicWatch::see_missing() {
  if (++missing_ < kSure) return false;
  for (Part& part : parts_) part.leader = -1;  // nobody is to be asked of it
  if (settled()) return false;
  fresh_ = begun_ = true;
  return true;
}

std::optional<bool> TopicWatch::take_presence() {
  const bool missing = missing_ >= kSure;
  if (missing == std::exchange(told_missing_, missing)) return std::nullopt;
  return !missing;
}

bool TopicWatch::see_refused() {
  begun_ = false;
  parts_.clear();
  return !std::exchange(refused_, true);
}

bool TopicWatch::ready_to_begin() const {
  const auto awaited = [](const Part& part) {
    return !part.fresh && part.led() && part.live == kUnknown && part.silent < kSure;
  };
  return !begun_ && !parts_.empty() && std::ranges::none_of(parts_, awaited);
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
