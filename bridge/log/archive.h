// The records that are only in Kafka, and the questions only Kafka can answer. Implemented over Kafka (kafka/) and, for
// tests, over a vector. Every call may come from any thread, never blocks, and is answered exactly once through `done`,
// on a thread of the archive's own; after stop() the unanswered ones are dropped.
#pragma once

#include "base/error.h"
#include "log/batch.h"
#include "log/channel.h"
#include "log/position.h"

#include <functional>
#include <vector>

namespace tailrace {

inline constexpr Offset kPageSpan = 1024;

struct PageRequest {
  ChannelPtr channel;
  Partition partition = 0;
  Offset from = 0;
  Offset end = 0;                 // read [from, end), the rest of one page of the grid
  std::size_t max_bytes = 4 << 20;  // stop after the batch that passes this
  std::uint64_t generation = 0;   // of the channel's history: what was fetched of another one is not it
  bool in_order = false;          // what comes before was read, too: more of the same is to be expected
};

// Batches that account for [from, next) without a hole. `next` may lie past the asked end where the beginning had
// expired (a gap batch then says so), and below it where `max_bytes` or the last stable offset (`at_end`) ended the read.
struct Page {
  Offset from = 0;
  Offset next = 0;
  bool at_end = false;
  std::vector<BatchPtr> batches;
  std::size_t bytes = 0;
};
using PagePtr = std::shared_ptr<const Page>;

// The fingerprint of the update at `offset`, where the page holds one.
std::optional<std::uint32_t> fingerprint_in(const Page& page, Offset offset);

struct Bounds {
  Offset earliest = kUnknown;
  Offset stable = kUnknown;  // the last stable offset
};

// Per time asked, per partition: the first offset whose record is at or after it (the end where there is none).
struct TimeOffsets {
  std::vector<Offsets> at;
  Millis earliest = 0;  // the time of the earliest record of all partitions; 0 where none
};

// The last record before each place; nullopt where there is none in reach, or nobody answered.
struct LastUpdates {
  std::vector<std::optional<Anchor>> before;
  bool complete = true;  // all answered
};

class Archive {
 public:
  virtual ~Archive() = default;

  // Errors: unavailable (Kafka can't be reached now: ask again), recreated, unknown_partition.
  virtual void read(PageRequest request, std::function<void(Result<PagePtr>)> done) = 0;
  virtual void bounds(ChannelPtr channel, std::function<void(Result<std::vector<Bounds>>)> done) = 0;
  virtual void times(ChannelPtr channel, std::vector<Millis> at, std::function<void(Result<TimeOffsets>)> done) = 0;

  // For the anchors of a `subscribed`.
  virtual void last_before(ChannelPtr channel, std::vector<Place> places,
                           std::function<void(Result<LastUpdates>)> done) = 0;
};

}  // namespace tailrace
