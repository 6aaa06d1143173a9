#include "kafka/warm_range.h"

#include "kafka/broker_fixture.h"

namespace tailrace {
namespace {

class WarmRangeTest : public BrokerFixture {
 protected:
  // What is left of the ranges, in records, where `bytes` are to be had.
  std::vector<Offset> fitted(std::vector<WarmRange> ranges, std::size_t bytes) {
    fit_in_memory(ranges, bytes, broker_.settings());
    std::vector<Offset> left;
    for (const WarmRange& range : ranges) left.push_back(range.live - range.start);
    return left;
  }

  const std::string wide_ = "wide";
  const std::string narrow_ = "narrow";
};

TEST_F(WarmRangeTest, what_fits_is_read_back_whole) {
  broker_.create_topic(wide_, 1);
  produce(wide_, 0, 100, std::string(1000, 'x'));
  EXPECT_EQ(fitted({{&wide_, 0, 0, 100}}, 1 << 20), std::vector<Offset>{100});
  EXPECT_EQ(fitted({}, 1), std::vector<Offset>{});
}

TEST_F(WarmRangeTest, large_records_count_as_what_they_weigh) {
  broker_.create_topic(wide_, 1);
  produce(wide_, 0, 1000, std::string(1000, 'x'));
  const Offset left = fitted({{&wide_, 0, 0, 1000}}, 100'000).front();
  EXPECT_GE(left, 80);
  EXPECT_LE(left, 100);
}

TEST_F(WarmRangeTest, every_partition_loses_the_same_share) {
  broker_.create_topic(wide_, 2);
  broker_.create_topic(narrow_, 1);
  produce(wide_, 0, 1000, std::string(950, 'x'));
  produce(wide_, 1, 500, std::string(950, 'x'));
  produce(narrow_, 0, 1000, "1");
  const auto left = fitted({{&wide_, 0, 0, 1000}, {&wide_, 1, 0, 500}, {&narrow_, 0, 0, 1000}}, 780'000);
  EXPECT_NEAR(static_cast<double>(left[0]), 500, 25);
  EXPECT_NEAR(static_cast<double>(left[1]), 250, 13);
  EXPECT_NEAR(static_cast<double>(left[2]), 500, 25);
}

TEST_F(WarmRangeTest, a_topic_that_gives_no_sample_counts_as_the_others_do) {
  broker_.create_topic(wide_, 1);
  broker_.create_topic(narrow_, 1);  // its records are gone since
  EXPECT_NEAR(static_cast<double>(fitted({{&narrow_, 0, 0, 1000}}, 55'000)[0]), 100, 1);  // nothing is known at all
  produce(wide_, 0, 1000, std::string(949, 'x'));
  const auto left = fitted({{&wide_, 0, 0, 1000}, {&narrow_, 0, 0, 1000}}, 200'000);
  EXPECT_EQ(left[0], left[1]);
  EXPECT_NEAR(static_cast<double>(left[0]), 100, 5);
}

}  // namespace
}  // namespace tailrace
