#include "kafka/topic_watch.h"

#include <gmock/gmock.h>

namespace tailrace {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

// Metadata of a topic: one leader per partition, -1 for none.
struct Seen {
  explicit Seen(std::vector<int> leaders) {
    for (const int leader : leaders)
      partitions.push_back({static_cast<std::int32_t>(partitions.size()), RD_KAFKA_RESP_ERR_NO_ERROR, leader, 0, nullptr, 0, nullptr});
    topic = {const_cast<char*>("a"), static_cast<int>(partitions.size()), partitions.data(), RD_KAFKA_RESP_ERR_NO_ERROR};
  }
  std::vector<rd_kafka_metadata_partition> partitions;
  rd_kafka_metadata_topic topic;
};

TEST(TopicWatchTest, begins_when_all_that_have_a_leader_are_answered) {
  TopicWatch watch(0, false);
  watch.see(Seen({1, 1, -1}).topic);
  EXPECT_TRUE(watch.needs_asking(watch.parts()[0]));
  EXPECT_FALSE(watch.needs_asking(watch.parts()[2]));
  watch.parts()[0].live = 10;
  EXPECT_FALSE(watch.ready_to_begin());
  watch.parts()[1].live = 20;
  watch.parts()[1].start = 15;
  ASSERT_TRUE(watch.ready_to_begin());
  Offsets start, live;
  watch.begin(start, live);
  EXPECT_THAT(start, ElementsAre(10, 15, kUnknown));
  EXPECT_THAT(live, ElementsAre(10, 20, kUnknown));
  EXPECT_TRUE(watch.take_starts().empty());
}

TEST(TopicWatchTest, begins_without_a_partition_whose_leader_stays_silent) {
  TopicWatch watch(0, false);
  watch.see(Seen({1, 2}).topic);
  for (int round = 1; round <= 4; ++round) {
    EXPECT_FALSE(watch.ready_to_begin()) << round;
    watch.parts()[0].answered(10);
    watch.parts()[1].answered(kUnknown);
  }
  ASSERT_TRUE(watch.ready_to_begin());
  Offsets start, live;
  watch.begin(start, live);
  EXPECT_THAT(live, ElementsAre(10, kUnknown));
  EXPECT_TRUE(watch.needs_asking(watch.parts()[1]));
  watch.parts()[1].answered(33);
  EXPECT_THAT(watch.take_starts(), ElementsAre(Pair(1, 33)));
}

TEST(TopicWatchTest, a_partition_that_finds_its_leader_starts_at_the_end_of_then) {
  TopicWatch watch(0, false);
  watch.see(Seen({1, -1}).topic);
  watch.parts()[0].live = 10;
  Offsets start, live;
  watch.begin(start, live);
  watch.see(Seen({1, 2}).topic);
  EXPECT_TRUE(watch.needs_asking(watch.parts()[1]));
  watch.parts()[1].live = 33;
  EXPECT_THAT(watch.take_starts(), ElementsAre(Pair(1, 33)));
}

TEST(TopicWatchTest, partitions_that_come_later_start_at_zero) {
  TopicWatch watch(0, false);
  watch.see(Seen({1}).topic);
  watch.parts()[0].live = 10;
  Offsets start, live;
  watch.begin(start, live);
  watch.see(Seen({1, 1, -1}).topic);
  EXPECT_THAT(watch.take_starts(), ElementsAre(Pair(1, 0), Pair(2, 0)));
}

TEST(TopicWatchTest, a_new_topic_starts_at_zero_without_asking) {
  TopicWatch watch(0, true);
  watch.see(Seen({1, -1}).topic);
  ASSERT_TRUE(watch.ready_to_begin());
  Offsets start, live;
  watch.begin(start, live);
  EXPECT_THAT(start, ElementsAre(0, 0));
}

TEST(TopicWatchTest, is_missing_only_after_several_looks) {
  TopicWatch watch(0, false);
  EXPECT_FALSE(watch.see_missing());
  EXPECT_FALSE(watch.see_missing());
  EXPECT_FALSE(watch.see_missing());
  EXPECT_TRUE(watch.see_missing());
  EXPECT_FALSE(watch.see_missing()) << "told once";
  watch.see(Seen({1}).topic);
  EXPECT_THAT(watch.take_starts(), ElementsAre(Pair(0, 0)));
}

TEST(TopicWatchTest, that_it_is_missing_or_back_is_news_once) {
  TopicWatch watch(0, false);
  for (int look = 0; look < 3; ++look) watch.see_missing();
  EXPECT_EQ(watch.take_presence(), std::nullopt);
  watch.see_missing();
  EXPECT_EQ(watch.take_presence(), false);
  watch.see_missing();
  EXPECT_EQ(watch.take_presence(), std::nullopt);
  watch.see(Seen({1}).topic);
  EXPECT_EQ(watch.take_presence(), true);
  EXPECT_EQ(watch.take_presence(), std::nullopt);
}

TEST(TopicWatchTest, begins_anew_when_a_refused_topic_may_be_read) {
  TopicWatch watch(0, false);
  EXPECT_TRUE(watch.see_refused());
  EXPECT_FALSE(watch.see_refused()) << "told once";
  watch.see(Seen({1}).topic);
  watch.parts()[0].live = 4;
  EXPECT_TRUE(watch.ready_to_begin());
}

}  // namespace
}  // namespace tailrace
