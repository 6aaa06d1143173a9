// A channel as one shard sees it: its log, its numbers, who subscribed. Lives on its shard's thread.
#pragma once

#include "log/archive.h"
#include "log/channel_log.h"
#include "log/feed.h"
#include "shard/lost_end.h"
#include "shard/question.h"

#include <list>
#include <map>

namespace tailrace {

class Subscription;

struct ChannelView {
  explicit ChannelView(LogOpened opened);

  void append(BatchPtr batch);
  void start_partition(Partition partition, Offset start);
  void reset(const LogReset& reset);
  void skip(const LogSkipped& skipped);

  void learn_anchors(const std::vector<Place>& places, const Result<LastUpdates>& anchors);

  // Whether the log has reached the place where the end stood when it was opened.
  bool warm() const;
  // What the partition lost since the topic began, if anything.
  const LostEnd* lost(Partition partition) const;

  // Where a live subscriber starts: never below the log's head.
  Offsets live() const;
  // The position at `next` with the anchors that are known here.
  Position position_at(const Offsets& next) const;
  std::optional<Anchor> anchor_before(Partition partition, Offset next) const;
  // Puts the log's own answers in the place of Kafka's where it has them: they leave out what was aborted.
  void place_times(const std::vector<Millis>& at, TimeOffsets& found) const;

  ChannelPtr channel;
  ChannelLog log;
  ChannelNumbers numbers;
  std::map<Partition, TransactionStatus> held;  // open transactions that hold the end back
  std::optional<TopicStatus> missing;           // Kafka has no such topic
  std::vector<std::optional<Anchor>> last;      // the last update of each partition, in the log or before it
  bool anchors_known = false;                   // also of the records before the log's start
  Millis anchors_asked_at = 0;
  std::vector<std::function<void()>> waiting_for_anchors;
  std::list<Subscription*> subscriptions;

  std::uint64_t resets = 0;  // an answer that was asked for before the last one is of another log
  Question<std::vector<Bounds>> bounds;
  std::map<std::vector<Millis>, Question<TimeOffsets>> times;

 private:
  void forget_anchors();

  Offsets live_;                     // where the end stood when the log was opened
  std::map<Partition, LostEnd> lost_;
  bool anchors_outdated_ = false;
};

}  // namespace tailrace
