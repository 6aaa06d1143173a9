#include "kafka/standstill.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

class StandstillTest : public testing::Test {
 protected:
  // The next statistics, with so many more answers that were cut short.
  bool hopeless_after(std::uint64_t more, std::uint64_t place = 50) {
    now_ = {now_.number + 1, now_.cut_short + more, place};
    return standstill_.hopeless(now_);
  }

  Handle::Statistics now_{3, 1000, 50};
  Standstill standstill_;
};

TEST_F(StandstillTest, answers_without_end_at_one_place_are_hopeless) {
  EXPECT_FALSE(hopeless_after(100));  // of before
  EXPECT_FALSE(hopeless_after(10));
  EXPECT_TRUE(hopeless_after(10));
}

TEST_F(StandstillTest, a_large_record_costs_a_few) {
  EXPECT_FALSE(hopeless_after(0));
  EXPECT_FALSE(hopeless_after(14));
  EXPECT_FALSE(hopeless_after(0));
}

TEST_F(StandstillTest, a_run_of_aborted_records_moves_on) {
  for (std::uint64_t place = 50; place < 100; ++place) EXPECT_FALSE(hopeless_after(15, place));
}

TEST_F(StandstillTest, a_count_that_fell_begins_anew) {
  EXPECT_FALSE(hopeless_after(0));
  now_.cut_short = 0;
  EXPECT_FALSE(hopeless_after(5));
  EXPECT_TRUE(hopeless_after(20));
}

TEST_F(StandstillTest, nothing_new_is_no_sign) {
  EXPECT_FALSE(hopeless_after(0));
  EXPECT_TRUE(hopeless_after(20));
  EXPECT_FALSE(standstill_.hopeless(now_));
}

}  // namespace
}  // namespace tailrace
