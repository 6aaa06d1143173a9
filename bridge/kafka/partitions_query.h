// Which partitions a topic has: blocking, so never on the polling thread.
#pragma once

#include "base/error.h"
#include "kafka/handle.h"

#include <cstdint>
#include <vector>

namespace tailrace {

inline constexpr std::int32_t kNoLeader = -1;

// Per partition the broker that leads it, or kNoLeader; empty where there is no such topic. Error: unavailable.
Result<std::vector<std::int32_t>> ask_partitions(Handle& handle, rd_kafka_topic_t* topic, int timeout_ms);

}  // namespace tailrace
