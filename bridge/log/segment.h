// A short run of batches: the unit of eviction. It keeps the position at its start, so that a reader standing in it
// needs none of its own.
#pragma once

#include "log/batch.h"
#include "log/reader.h"

namespace tailrace {

inline constexpr std::size_t kSegmentBatches = 64;
inline constexpr std::size_t kSegmentBytes = 256 << 10;

// How far a run of batches fills its segment. Shared by the logs and their keeper, so that both cut at the same places.
struct SegmentFill {
  std::size_t batches = 0;
  std::size_t bytes = 0;

  void add(std::size_t batch_bytes) {
    ++batches;
    bytes += batch_bytes;
  }
  bool full() const { return batches >= kSegmentBatches || bytes >= kSegmentBytes; }
};

struct Segment {
  std::uint64_t first = 0;  // sequence number of its first batch
  Offsets start;            // per partition, next at its start
  SegmentFill fill;
  Millis latest = 0;        // the greatest timestamp in it
  std::vector<BatchPtr> batches;
  StandingReaders readers;

  std::uint64_t end() const { return first + batches.size(); }
};

}  // namespace tailrace
