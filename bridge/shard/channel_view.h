// A channel as one shard sees it: its log, its numbers, who subscribed. Lives on its shard's thread.
#pragma once

#include "log/archive.h"
#include "log/channel_log.h"
#include "log/feed.h"
#include "shard/question.h"

#include <map>

namespace tailrace {

class Subscription;

struct ChannelView {
  explicit ChannelView(LogOpened opened);

  void append(BatchPtr batch);
  void start_partition(Partition partition, Offset start);
  void reset(const LogReset& reset);
  void skip(const LogSkipped& skipped);

  void learn_anchors(const std::vector<Place>& places, const Result<std::vector<std::optional<Anchor>>>& anchors);

  // Where a live subscriber starts: never below the log's head.
  Offsets live() const;
  // The position at `next` with the anchors that are known here.
  Position position_at(const Offsets& next) const;
  std::optional<Anchor> anchor_before(Partition partition, Offset next) const;

  ChannelPtr channel;
  ChannelLog log;
  ChannelNumbers numbers;
  std::map<Partition, TransactionStatus> held;  // open transactions that hold the end back
  std::vector<std::optional<Anchor>> last;      // the last update of each partition, in the log or before it
  Offsets truncated;                            // from where on the history was lost, where this bridge saw it
  bool anchors_known = false;                   // also of the records before the log's start
  std::vector<std::function<void()>> waiting_for_anchors;
  std::vector<Subscription*> subscriptions;

  Question<std::vector<Bounds>> bounds;
  std::map<std::vector<Millis>, Question<TimeOffsets>> times;

 private:
  void forget_anchors();

  Offsets live_;  // where the end stood when the log was opened
  bool anchors_outdated_ = false;
};

}  // namespace tailrace
