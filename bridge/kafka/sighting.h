// What the scout and the verifier saw of Kafka, handed to the polling thread. Values only.
#pragma once

#include "kafka/channel_spec.h"
#include "kafka/check.h"
#include "log/offset.h"

#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tailrace {

struct ReachableSeen {
  bool reachable = false;
  Millis since = 0;
  std::string trouble;  // why not
};

// A channel begins. No partitions: the topic does not exist yet.
struct TopicSeen {
  std::size_t spec = 0;
  std::string topic;
  std::string cluster;
  Offsets start;
  Offsets live;
};

// A topic that was seen got partitions, or leaders for them.
struct PartitionsSeen {
  std::string topic;
  std::vector<std::pair<Partition, Offset>> starts;
};

struct TopicRefused {
  std::size_t spec = 0;
  std::string topic;
  std::string cluster;
  std::string why;
};

// A topic that a channel reads is gone, or back.
struct PresenceSeen {
  std::string topic;
  bool present = false;
  Millis since = 0;
};

// All topics were looked at once.
struct AllSeen {};

struct WatermarksSeen {
  std::string topic;
  Offsets earliest;
  Offsets stable;
};

struct TransactionSeen {
  std::string topic;
  Partition partition = 0;
  bool held = false;
  Offset stable = 0;
  Millis since = 0;
};

// Something may be wrong with what the topic was.
struct SuspicionSeen {
  std::string topic;
  const char* why = "";
};

// The configuration changed: what follows counts by these. The topics that lost their channel, or whose is another one now.
struct SpecsChanged {
  std::vector<ChannelSpec> specs;
  std::vector<std::string> removed;
};

using Sighting = std::variant<ReachableSeen, TopicSeen, PartitionsSeen, TopicRefused, WatermarksSeen, TransactionSeen,
                              SuspicionSeen, PresenceSeen, CheckAnswer, LearnAnswer, SpecsChanged, AllSeen>;

}  // namespace tailrace
