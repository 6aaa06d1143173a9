// What a shard counts. Written by its thread, read by whoever asks for metrics.
#pragma once

#include "base/labelled_counts.h"

#include <atomic>
#include <cstdint>

namespace tailrace {

using Count = std::atomic<std::uint64_t>;

// Only the owner's thread writes, so a plain load and store do; no locked instruction on the hot path.
inline void add(Count& count, std::uint64_t n = 1) {
  count.store(count.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}
inline void sub(Count& count, std::uint64_t n = 1) {
  count.store(count.load(std::memory_order_relaxed) - n, std::memory_order_relaxed);
}

struct ShardProbe {
  Count sessions{0};
  Count sessions_opened{0};
  Count subscriptions{0};
  Count catching_up{0};
  Count lapped{0};
  Count updates{0};
  Count sends{0};
  Count sent_bytes{0};
  Count rounds{0};
  Count round_nanoseconds{0};
  Count log_bytes{0};
  Count pinned_bytes{0};
  Count inbox_overflows{0};
  Count commands{0};
  Count stalled{0};
  LabelledCounts gaps{"expired", "undecodable"};                                           // by reason
  LabelledCounts resets{"recreated", "truncated", "channel_changed", "position_invalid"};  // by reason
  LabelledCounts errors{"channel_unavailable", "topic_unavailable"};                       // by code
};

}  // namespace tailrace
