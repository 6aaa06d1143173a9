// So many at once, so many a second from then on. Pure; time is an argument.
#pragma once

#include <algorithm>
#include <cstdint>

namespace tailrace {

class TokenBucket {
 public:
  TokenBucket(double burst, double per_second) : burst_(burst), per_second_(per_second), tokens_(burst) {}

  bool take(std::int64_t now_millis) {
    if (last_ != 0) tokens_ += per_second_ * static_cast<double>(std::max<std::int64_t>(0, now_millis - last_)) / 1000;
    last_ = now_millis;
    tokens_ = std::min(tokens_, burst_);
    if (tokens_ < 1) return false;
    --tokens_;
    return true;
  }

 private:
  double burst_;
  double per_second_;
  double tokens_;
  std::int64_t last_ = 0;
};

}  // namespace tailrace
