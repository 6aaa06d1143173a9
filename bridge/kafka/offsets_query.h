// offsets_for_times over many partitions in one call: blocking, so never on the polling thread. On a read_committed
// handle kStable is the last stable offset; kEarliest is where the partition's log begins. A broker that does not answer
// takes no answer from the others: then each is asked by itself, where it is known who leads what.
#pragma once

#include "base/error.h"
#include "kafka/handle.h"
#include "kafka/partitions_query.h"
#include "log/offset.h"

#include <string>
#include <vector>

namespace tailrace {

inline constexpr Millis kStable = -1;
inline constexpr Millis kEarliest = -2;

struct OffsetQuestion {
  const std::string* topic = nullptr;
  Partition partition = 0;
  std::int32_t leader = kNoLeader;  // where it is known
  Offset answer = kUnknown;  // stays so where a partition's broker refused or is silent, or a time finds nothing
};

// Error: nobody answered. `time` is a time in milliseconds, kStable or kEarliest.
Result<void> ask_offsets(Handle& handle, std::vector<OffsetQuestion>& questions, Millis time, int timeout_ms);

}  // namespace tailrace
