#include "base/token_bucket.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

int takes(TokenBucket& bucket, std::int64_t now, int tries) {
  int taken = 0;
  for (int i = 0; i < tries; ++i) taken += bucket.take(now) ? 1 : 0;
  return taken;
}

TEST(TokenBucket, gives_its_burst_at_once) {
  TokenBucket bucket(20, 1);
  EXPECT_EQ(takes(bucket, 1000, 30), 20);
}

TEST(TokenBucket, refills_with_time) {
  TokenBucket bucket(20, 2);
  takes(bucket, 1000, 20);
  EXPECT_EQ(takes(bucket, 1499, 5), 0);
  EXPECT_EQ(takes(bucket, 1500, 5), 1);
  EXPECT_EQ(takes(bucket, 4500, 10), 6);
}

TEST(TokenBucket, being_asked_in_vain_costs_nothing) {
  TokenBucket bucket(1, 1);
  bucket.take(1000);
  for (std::int64_t now = 1125; now < 2000; now += 125) EXPECT_FALSE(bucket.take(now));
  EXPECT_TRUE(bucket.take(2000));
}

TEST(TokenBucket, never_holds_more_than_its_burst) {
  TokenBucket bucket(5, 100);
  takes(bucket, 1000, 5);
  EXPECT_EQ(takes(bucket, 1'000'000, 50), 5);
}

TEST(TokenBucket, a_clock_that_goes_back_gives_nothing) {
  TokenBucket bucket(2, 1);
  takes(bucket, 10'000, 2);
  EXPECT_FALSE(bucket.take(1000));
}

}  // namespace
}  // namespace tailrace
