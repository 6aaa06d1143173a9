// What the archive counts. Written on its threads, read by whoever exports it.
#pragma once

#include <atomic>
#include <cstdint>

namespace tailrace {

struct ArchiveProbe {
  std::atomic<std::uint64_t> pages = 0;
  std::atomic<std::uint64_t> continued = 0;  // pages read on from where a reader stood
  std::atomic<std::uint64_t> records = 0;
  std::atomic<std::uint64_t> unavailable = 0;
  std::atomic<std::uint64_t> gaps = 0;
  std::atomic<std::uint64_t> questions = 0;     // bounds and times asked of Kafka
  std::atomic<std::uint64_t> anchors = 0;       // records looked up
  std::atomic<std::uint64_t> broker_bytes = 0;  // that brokers sent to page readers, within a second or so
  std::atomic<std::int64_t> waiting = 0;        // page requests in the queue
};

}  // namespace tailrace
