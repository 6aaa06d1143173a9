// Which partitions a topic has: blocking, so never on the polling thread.
#pragma once

#include "base/error.h"
#include "kafka/handle.h"

#include <vector>

namespace tailrace {

// Per partition whether it has a leader; empty where there is no such topic. Error: unavailable.
Result<std::vector<bool>> ask_partitions(Handle& handle, rd_kafka_topic_t* topic, int timeout_ms);

}  // namespace tailrace
