#include "kafka/tally.h"

#include <utility>

namespace tailrace {

bool RateMeter::tick() {
  constexpr double kWeight = 0.3;  // of the newest second
  constexpr double kQuiet = 0.05;
  const double before = rate_;
  rate_ += kWeight * (static_cast<double>(std::exchange(fresh_, 0)) - rate_);
  if (rate_ < kQuiet) rate_ = 0;
  return rate_ != 0 || before != 0;
}

}  // namespace tailrace
