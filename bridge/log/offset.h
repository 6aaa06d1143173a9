// The integers of the log: partitions, offsets, times.
#pragma once

#include <cstdint>
#include <vector>

namespace tailrace {

using Partition = std::int32_t;
using Offset = std::int64_t;
using Millis = std::int64_t;  // Unix time in milliseconds

// A partition whose offset is not known yet (no leader, or new): promised nothing until a coverage frame states it.
inline constexpr Offset kUnknown = -1;

// Per partition (the index) the next offset.
using Offsets = std::vector<Offset>;

// Of `partition`, the offsets [from, next).
struct Span {
  Partition partition = 0;
  Offset from = 0;
  Offset next = 0;
  bool operator==(const Span&) const = default;
};

}  // namespace tailrace
