// What ingest counts. Written on ingest's threads, read by whoever exports it.
#pragma once

#include "base/labelled_counts.h"
#include "log/offset.h"

#include <atomic>
#include <cstdint>

namespace tailrace {

struct IngestProbe {
  std::atomic<std::uint64_t> records = 0;
  std::atomic<std::uint64_t> bytes = 0;  // of keys and values
  std::atomic<std::uint64_t> batches = 0;
  std::atomic<std::uint64_t> repeated = 0;  // records that came again after a reassignment, left out
  LabelledCounts gaps{"expired", "undecodable"};  // by reason
  std::atomic<std::uint64_t> resets_recreated = 0;
  std::atomic<std::uint64_t> resets_truncated = 0;
  std::atomic<std::uint64_t> probes = 0;        // records re-read to compare histories
  std::atomic<std::int64_t> lag = 0;            // records between what was read and the brokers' ends, all partitions
  std::atomic<std::int64_t> last_timestamp = 0;  // of the newest record read, Unix milliseconds
  std::atomic<Millis> oldest_kept = 0;  // when the oldest batch of all logs was read, by the steady clock; 0: none
  std::atomic<bool> reachable = false;

  void read(std::size_t size, Millis timestamp) {
    last_timestamp.store(timestamp, std::memory_order_relaxed);
    records.fetch_add(1, std::memory_order_relaxed);
    bytes.fetch_add(size, std::memory_order_relaxed);
  }
};

}  // namespace tailrace
