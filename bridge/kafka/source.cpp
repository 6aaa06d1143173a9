#include "kafka/source.h"

#include "wire/fingerprint.h"

#include <algorithm>

namespace tailrace {

Source::Source(ChannelPtr channel, UpdateWriter& writer, IngestProbe& probe, Publish publish)
    : channel_(std::move(channel)), writer_(writer), probe_(probe), publish_(std::move(publish)) {}

Offset Source::next(Partition partition) const {
  return static_cast<std::size_t>(partition) < lanes_.size() ? lanes_[partition].next : kUnknown;
}

void Source::open(const Offsets& start, const Offsets& live) {
  lanes_.clear();
  touched_.clear();
  holes_.clear();
  for (std::size_t i = 0; i < start.size(); ++i) {
    Lane& lane = this->lane(static_cast<Partition>(i));
    lane.from = lane.next = start[i];
  }
  publish_(LogOpened{channel_, start, live});
}

void Source::serve(ChannelPtr channel) {
  lanes_.clear();
  touched_.clear();
  holes_.clear();
  channel_ = std::move(channel);
}

void Source::reset(const std::string& reason, const Offsets& start) {
  flush(true);
  while (lanes_.size() > start.size()) lanes_.pop_back();
  Offsets resume = start;
  for (std::size_t i = 0; i < start.size(); ++i) {
    Lane& lane = this->lane(static_cast<Partition>(i));
    if (lane.next != start[i])
      lane.trail.cut(start[i]);
    else if (reason == "truncated")
      resume[i] = kUnknown;  // nothing befell it
    lane.from = lane.next = start[i];
  }
  publish_(LogReset{channel_->id, reason, start, resume});
}

Source::Lane& Source::lane(Partition partition) {
  while (lanes_.size() <= static_cast<std::size_t>(partition))
    lanes_.emplace_back(writer_, channel_, static_cast<Partition>(lanes_.size()));
  return lanes_[partition];
}

bool Source::start(Partition partition, Offset start) {
  Lane& lane = this->lane(partition);
  if (lane.next != kUnknown) return false;
  lane.from = lane.next = start;
  publish_(PartitionStarted{channel_->id, partition, start});
  publish_batch(make_coverage(*channel_, {Span{partition, start, start}}));
  return true;
}

void Source::close(const std::string& code) {
  flush(true);
  publish_(LogClosed{channel_, code});
}

void Source::reopen() {
  flush(true);
  publish_(LogOpened{channel_, nexts(), nexts()});
}

Offsets Source::nexts() const {
  Offsets nexts;
  for (const Lane& lane : lanes_) nexts.push_back(lane.next);
  return nexts;
}

void Source::take(Partition partition, const Record& record) {
  Lane& lane = lanes_[partition];
  if (record.offset < lane.next) {
    probe_.repeated.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  if (lane.builder.empty()) touched_.push_back(partition);
  lane.builder.add(record);
  lane.next = record.offset + 1;
  lane.trail.add({record.offset, fingerprint(record)});
  if (lane.builder.full()) flush_updates(lane);
}

void Source::end(Partition partition, Offset next) {
  Lane& lane = lanes_[partition];
  if (next <= lane.next) return;
  lane.next = next;
  holes_.push_back(partition);
}

void Source::skip(Partition partition, Offset next, const std::string& reason) {
  Lane& lane = lanes_[partition];
  flush_updates(lane);
  if (lane.from < lane.next) publish_batch(make_coverage(*channel_, {Span{partition, lane.from, lane.next}}));
  lane.from = lane.next;
  publish_batch(make_gap(*channel_, Span{partition, lane.from, next}, reason));
  lane.from = lane.next = next;
  probe_.gaps.add(reason);
}

bool Source::flush(bool with_coverage) {
  for (const Partition partition : touched_) flush_updates(lanes_[partition]);
  touched_.clear();
  if (with_coverage) flush_coverage();
  return !holes_.empty();
}

void Source::flush_updates(Lane& lane) {
  if (lane.builder.empty()) return;
  publish_batch(lane.builder.finish(lane.from, lane.next));
  lane.from = lane.next;
}

void Source::flush_coverage() {
  std::vector<Span> rows;
  for (const Partition partition : holes_) {
    Lane& lane = lanes_[partition];
    if (lane.from == lane.next) continue;  // a batch has covered it meanwhile
    rows.push_back({partition, lane.from, lane.next});
    lane.from = lane.next;
  }
  holes_.clear();
  if (!rows.empty()) publish_batch(make_coverage(*channel_, std::move(rows)));
}

void Source::publish_batch(BatchPtr batch) {
  probe_.batches.fetch_add(1, std::memory_order_relaxed);
  publish_(LogAppended{channel_->id, std::move(batch)});
}

}  // namespace tailrace
