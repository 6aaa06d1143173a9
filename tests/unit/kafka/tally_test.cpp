#include "kafka/short_cache.h"
#include "kafka/tally.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

TEST(RateMeterTest, comes_near_a_steady_rate_and_falls_to_nothing) {
  RateMeter meter;
  for (int second = 0; second < 10; ++second) {
    meter.add(100);
    EXPECT_TRUE(meter.tick());
  }
  EXPECT_NEAR(meter.rate(), 100, 5);
  int seconds = 0;
  while (meter.tick()) ++seconds;
  EXPECT_EQ(meter.rate(), 0);
  EXPECT_LT(seconds, 60);
}

TEST(ShortCacheTest, forgets) {
  using Clock = ShortCache<int, int>::Clock;
  ShortCache<int, int> cache(std::chrono::seconds(1));
  const Clock::time_point now;
  cache.put(1, 10, now);
  EXPECT_EQ(cache.find(1, now + std::chrono::milliseconds(900)), 10);
  EXPECT_EQ(cache.find(1, now + std::chrono::milliseconds(1100)), std::nullopt);
  EXPECT_EQ(cache.find(2, now), std::nullopt);
}

}  // namespace
}  // namespace tailrace
