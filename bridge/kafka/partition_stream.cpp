#include "kafka/partition_stream.h"

#include "kafka/partitions_query.h"

#include <algorithm>

namespace tailrace {
namespace {

constexpr int kFirstMoment = 2;  // milliseconds, doubled while nothing comes
constexpr int kLongestMoment = 32;

}  // namespace

PartitionStream::PartitionStream(const KafkaSettings& settings, const Style& style)
    : fetcher_(settings, style.sizes), style_(style) {}

PartitionStream::~PartitionStream() { stop(); }

void PartitionStream::start(const std::string& topic, Partition partition, Offset offset) {
  stop();
  fetcher_.start(topic, partition, offset);
  place_ = Place{topic, partition, offset};
  nudged_ = true;  // a start is one
  queued_ = 0;
  moment_ = kFirstMoment;
}

void PartitionStream::stop() {
  while (taken_ < filled_) pop();
  if (place_) fetcher_.stop(place_->topic, place_->partition);
  place_.reset();
}

bool PartitionStream::stands_at(const std::string& topic, Partition partition, Offset offset) const {
  return place_ && place_->next == offset && place_->partition == partition && place_->topic == topic;
}

const rd_kafka_message_t* PartitionStream::peek() {
  if (taken_ == filled_) fill();
  return taken_ == filled_ ? nullptr : buffer_[taken_];
}

void PartitionStream::pop() { rd_kafka_message_destroy(buffer_[taken_++]); }

PartitionStream::Standing PartitionStream::standing_of_partition() {
  const auto leaders = fetcher_.partitions(place_->topic);
  if (!leaders) return Standing::good;
  const auto at = static_cast<std::size_t>(place_->partition);
  if (at >= leaders->size()) return Standing::lacking;
  return (*leaders)[at] == kNoLeader ? Standing::leaderless : Standing::good;
}

void PartitionStream::fill() {
  taken_ = 0;
  filled_ = fetcher_.poll_many(buffer_.data(), buffer_.size());
  if (style_.ahead) nudge_in_time();
  if (filled_ > 0) return;
  if (!nudged_) nudge();
  if (MessagePtr message = fetcher_.poll(moment_)) {
    buffer_[filled_++] = message.release();
    moment_ = kFirstMoment;
  } else {
    nudged_ = false;
    moment_ = std::min(2 * moment_, kLongestMoment);
  }
}

void PartitionStream::nudge() {
  nudged_ = true;
  fetcher_.nudge(place_->topic, place_->partition);
}

// Once there is room in the queue, and once for each time it was filled.
void PartitionStream::nudge_in_time() {
  const std::size_t queued = fetcher_.queued();
  if (queued > queued_) nudged_ = false;
  queued_ = queued;
  if (nudged_ || filled_ == 0) return;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < filled_; ++i) bytes += buffer_[i]->len;
  const std::size_t room = static_cast<std::size_t>(style_.sizes.queue_kilobytes) << 10;
  if (bytes / filled_ * queued < room) nudge();
}

}  // namespace tailrace
