// What ingest tells the shards, in order. Ingest calls publish() on its own thread; the shards see the same events in
// the same order, but for one that overflowed (LogSkipped).
#pragma once

#include "log/batch.h"
#include "log/channel.h"

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace tailrace {

// A channel's log begins, empty, at `start`. `live` is where a live subscriber starts: the last stable offsets when
// the reading began; with a warm start they lie above `start`. A topic not known yet: no partitions.
struct LogOpened {
  ChannelPtr channel;
  Offsets start;
  Offsets live;
};

struct LogAppended {
  ChannelId channel = 0;
  BatchPtr batch;
};

// The batches before the `tail`th (counted from 0 since the log opened) are no longer kept.
struct LogTrimmed {
  ChannelId channel = 0;
  std::uint64_t tail = 0;
};

// A partition that had no known start begins at `start` (growth, or its leader was found). The coverage row that
// tells subscribers comes as a batch right after.
struct PartitionStarted {
  ChannelId channel = 0;
  Partition partition = 0;
  Offset start = 0;
};

// The topic's history broke: the log begins again at `start`. Every subscriber gets a reset with `reason`
// (recreated, truncated) and goes on at `resume` (0s after recreated; the first offset that may differ after truncated).
struct LogReset {
  ChannelId channel = 0;
  std::string reason;
  Offsets start;
  Offsets resume;
};

// A shard could not keep up and its events were dropped: its log begins again, empty, at `start`; the next batch is the
// `sequence`th. Made by the shard pool, never by ingest; nothing is lost, cursors read what they missed as pages.
struct LogSkipped {
  ChannelId channel = 0;
  Offsets start;
  std::uint64_t sequence = 0;
};

// The channel is gone from the configuration, or its topic can't be read: its subscribers are told `code`. It may never
// have had a log.
inline constexpr const char* kTopicUnavailable = "topic_unavailable";

struct LogClosed {
  ChannelPtr channel;
  std::string code;
};

// What the `channels` op and /api/channels answer from: at most every second and only when it changed.
struct ChannelNumbers {
  ChannelId channel = 0;
  Offsets earliest;
  Offsets latest;
  double rate = 0;  // records per second over the last few seconds
};

// Kafka was asked which topics there are: a channel that has no log by now is none.
struct TopicsKnown {};

struct KafkaStatus {
  bool reachable = true;
  Millis since = 0;
};

// An open transaction has held the last stable offset below the end for long.
struct TransactionStatus {
  ChannelId channel = 0;
  Partition partition = 0;
  bool held = false;
  Offset stable = 0;
  Millis since = 0;
};

// Kafka has no such topic (any more), or has it again.
struct TopicStatus {
  ChannelId channel = 0;
  bool present = false;
  Millis since = 0;
};

using FeedEvent = std::variant<LogOpened, LogAppended, LogTrimmed, PartitionStarted, LogReset, LogSkipped,
                               LogClosed, ChannelNumbers, TopicsKnown, KafkaStatus, TransactionStatus, TopicStatus>;

// Where ingest's events go. Implemented by the shard pool.
class Feed {
 public:
  virtual ~Feed() = default;
  virtual void publish(FeedEvent event) = 0;
};

}  // namespace tailrace
