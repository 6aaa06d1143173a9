// What all clients of a load saw together. One thread.
#pragma once

#include "log/offset.h"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tailrace {

// Milliseconds, each counted exactly up to a minute.
class LatencyCounts {
 public:
  void add(Millis latency);
  void clear();
  std::uint64_t count() const { return count_; }
  Millis at(double share) const;  // 0.5 is the median; 0 where nothing was counted

 private:
  std::array<std::uint64_t, 60'001> counts_{};
  std::uint64_t count_ = 0;
};

// Gives keys small numbers, the same for all clients.
class KeyNumbers {
 public:
  static constexpr std::size_t kMost = 4096;

  // kMost where there are too many keys to follow.
  std::size_t of(std::string_view key);

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> numbers_;
};

struct LoadTally {
  // Of the window that is measured.
  std::uint64_t updates = 0;
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;
  LatencyCounts latency;
  std::vector<double> caught_up;  // seconds, of every client that got there

  // Of the whole run.
  std::uint64_t lost = 0;           // offsets that the chain leaps over
  std::uint64_t repeated = 0;       // updates below the chain's place, or not ascending
  std::uint64_t counters_lost = 0;  // the same by the counters of the values
  std::uint64_t counters_repeated = 0;
  std::uint64_t counters_checked = 0;
  std::uint64_t gaps = 0;
  std::uint64_t gap_offsets = 0;
  std::uint64_t resets = 0;
  std::uint64_t disconnects = 0;  // not asked for
  std::uint64_t failed_connects = 0;
  std::map<std::string, std::uint64_t> refusals;  // by code

  void begin_window();
  bool clean() const { return lost + repeated + counters_lost + counters_repeated == 0 && refusals.empty(); }
};

}  // namespace tailrace
