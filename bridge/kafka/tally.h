// The numbers of one channel: where it begins and ends, how fast it goes. Lives on the polling thread; pure.
#pragma once

#include "log/offset.h"

#include <cstdint>

namespace tailrace {

// Records per second, smoothed over a few seconds.
class RateMeter {
 public:
  void add(std::uint64_t records) { fresh_ += records; }
  // Once a second. True while there is something to tell.
  bool tick();
  double rate() const { return rate_; }

 private:
  std::uint64_t fresh_ = 0;
  double rate_ = 0;
};

struct Tally {
  Offsets earliest;  // as the scout saw them last
  Offsets stable;
  RateMeter meter;
  std::int64_t lag = 0;  // records between what was read and `stable`
};

}  // namespace tailrace
