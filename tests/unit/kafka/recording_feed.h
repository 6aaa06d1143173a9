// A Feed that keeps what was published, and lets a test wait until something is among it.
#pragma once

#include "log/feed.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace tailrace {

class RecordingFeed : public Feed {
 public:
  using Events = std::vector<FeedEvent>;

  void publish(FeedEvent event) override {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
    changed_.notify_all();
  }

  // False when `enough` stays false for minutes.
  bool wait(const std::function<bool(const Events&)>& enough) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::minutes(2), [&] { return enough(events_); });
  }

  Events events() {
    const std::lock_guard lock(mutex_);
    return events_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  Events events_;
};

// All events of one kind, in order.
template <class Event>
std::vector<Event> all(const RecordingFeed::Events& events) {
  std::vector<Event> found;
  for (const FeedEvent& event : events)
    if (const auto* one = std::get_if<Event>(&event)) found.push_back(*one);
  return found;
}

// Where a channel's chain stands: walks the batches and checks that none leaves a hole. Updates are (partition, offset).
struct Chain {
  std::map<Partition, Offset> next;
  std::vector<std::pair<Partition, Offset>> updates;
  std::vector<std::pair<Span, std::string>> gaps;
  bool unbroken = true;

  explicit Chain(const RecordingFeed::Events& events, ChannelId channel = 1) {
    for (const FeedEvent& event : events) {
      if (const auto* opened = std::get_if<LogOpened>(&event); opened && opened->channel->id == channel)
        begin(opened->start);
      if (const auto* reset = std::get_if<LogReset>(&event); reset && reset->channel == channel) begin(reset->start);
      if (const auto* started = std::get_if<PartitionStarted>(&event); started && started->channel == channel)
        next[started->partition] = started->start;
      if (const auto* appended = std::get_if<LogAppended>(&event); appended && appended->channel == channel)
        append(*appended->batch);
    }
  }

 private:
  void begin(const Offsets& start) {
    next.clear();
    for (std::size_t i = 0; i < start.size(); ++i) next[static_cast<Partition>(i)] = start[i];
  }

  void append(const Batch& batch) {
    for (const Span& span : batch.spans) {
      unbroken = unbroken && next.contains(span.partition) && next[span.partition] == span.from;
      next[span.partition] = span.next;
    }
    for (const Mark& mark : batch.marks) updates.emplace_back(batch.spans.front().partition, mark.offset);
    if (batch.kind == Batch::Kind::gap) gaps.emplace_back(batch.spans.front(), batch.reason);
  }
};

}  // namespace tailrace
