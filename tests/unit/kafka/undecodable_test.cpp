#include "kafka/undecodable.h"

#include <gmock/gmock.h>

namespace tailrace {
namespace {

// A log in which some batches can't be read. librdkafka names the first offset of the batch.
struct Batches {
  std::vector<std::pair<Offset, Offset>> corrupt;  // [first, next)
  bool silent_inside = false;
  bool by_broker = false;
  int looks = 0;

  Probed operator()(Offset offset, int) {
    ++looks;
    for (const auto& [first, next] : corrupt) {
      if (offset < first || offset >= next) continue;
      if (silent_inside && offset > first) return {};
      return {Probed::Kind::undecodable, by_broker ? kUnknown : first, 0, 0, silent_inside};
    }
    return {Probed::Kind::record, offset, 0, 0, false};
  }
};

Undecodable find(Batches& batches, Offset next, Offset stable = 100'000) {
  const auto found = find_undecodable(next, stable, std::ref(batches));
  EXPECT_TRUE(found);
  return found.value_or(Undecodable{});
}

TEST(UndecodableTest, is_exactly_the_batch) {
  for (const Offset size : {1, 2, 3, 17, 64, 1000, 4097}) {
    Batches batches{.corrupt = {{500, 500 + size}}};
    const Undecodable found = find(batches, 500);
    EXPECT_EQ(found.from, 500);
    EXPECT_EQ(found.to, 500 + size);
    EXPECT_LT(batches.looks, 40);
  }
}

TEST(UndecodableTest, goes_from_the_middle_of_a_batch_to_its_end) {
  Batches batches{.corrupt = {{500, 600}}};
  EXPECT_EQ(find(batches, 550).from, 550);
  EXPECT_EQ(find(batches, 550).to, 600);
}

TEST(UndecodableTest, does_not_skip_a_good_batch_between_two_bad_ones) {
  Batches batches{.corrupt = {{500, 510}, {511, 5000}}};
  EXPECT_EQ(find(batches, 500).to, 510);
  EXPECT_EQ(find(batches, 511).to, 5000);
}

TEST(UndecodableTest, takes_bad_batches_in_a_row_together) {
  Batches batches{.corrupt = {{500, 510}, {510, 511}, {511, 5000}}};
  EXPECT_EQ(find(batches, 500).to, 5000);
}

TEST(UndecodableTest, takes_silence_for_the_inside_of_a_batch_that_is_silent_there) {
  Batches batches{.corrupt = {{500, 610}}, .silent_inside = true};
  EXPECT_EQ(find(batches, 500).to, 610);
}

TEST(UndecodableTest, finds_the_end_of_what_the_broker_can_not_read) {
  Batches batches{.corrupt = {{500, 5000}}, .by_broker = true};
  EXPECT_EQ(find(batches, 600).from, 600);
  EXPECT_EQ(find(batches, 600).to, 5000);
  EXPECT_LT(batches.looks, 150);  // both of them
}

TEST(UndecodableTest, does_not_skip_a_small_good_batch_between_two_bad_ones_that_nobody_names) {
  Batches batches{.corrupt = {{0, 10}, {15, 40}}, .by_broker = true};
  EXPECT_EQ(find(batches, 0).to, 10);
  EXPECT_EQ(find(batches, 15).to, 40);
}

TEST(UndecodableTest, ends_at_the_end_of_the_log) {
  Batches batches{.corrupt = {{500, 600}}};
  EXPECT_EQ(find(batches, 500, 600).to, 600);
  Batches last{.corrupt = {{599, 600}}};
  EXPECT_EQ(find(last, 599, 600).to, 600);
}

TEST(UndecodableTest, leaves_out_the_hole_before_it) {
  const auto found = find_undecodable(490, 1000, [](Offset offset, int) {
    return offset < 520 ? Probed{Probed::Kind::undecodable, 500, 0, 0, false}
                        : Probed{Probed::Kind::record, offset, 0, 0, false};
  });
  EXPECT_EQ(found->from, 500);
  EXPECT_EQ(found->to, 520);
}

// librdkafka says nothing of such a batch; it is known from where it does not get on.
Probed stand_at(Offset offset, Offset first, Offset next) {
  if (offset >= next) return {Probed::Kind::record, offset};
  return {.kind = Probed::Kind::undecodable, .standing = std::max(offset, first)};
}

TEST(UndecodableTest, begins_where_it_stands_behind_aborted_records) {
  const auto found = find_undecodable(100, 9000, [](Offset offset, int) { return stand_at(offset, 5101, 5111); });
  EXPECT_EQ(found->from, 5101);
  EXPECT_EQ(found->to, 5111);
}

TEST(UndecodableTest, does_not_reach_into_what_stands_farther_on) {
  const auto two = [](Offset offset, int) {
    return offset < 140 ? stand_at(offset, 100, 140) : stand_at(offset, 150, 160);
  };
  EXPECT_EQ(find_undecodable(100, 1000, two)->to, 140);
}

TEST(UndecodableTest, is_empty_at_the_end_of_what_is_asked_for_when_it_stands_beyond) {
  const auto found = find_undecodable(100, 600, [](Offset offset, int) { return stand_at(offset, 5101, 5111); });
  EXPECT_EQ(found->from, 600);
  EXPECT_EQ(found->to, 600);
}

TEST(UndecodableTest, tells_what_it_found_before_kafka_stopped_answering) {
  Batches batches{.corrupt = {{500, 510}, {510, 600}}};
  const auto found = find_undecodable(500, 1000, [&](Offset offset, int patience) {
    return offset > 550 ? Probed{} : batches(offset, patience);
  });
  ASSERT_TRUE(found);
  EXPECT_EQ(found->from, 500);
  EXPECT_EQ(found->to, 510);
}

TEST(UndecodableTest, is_empty_when_it_can_be_read_after_all) {
  Batches batches;
  EXPECT_EQ(find(batches, 7).from, 7);
  EXPECT_EQ(find(batches, 7).to, 7);
}

TEST(UndecodableTest, is_unknown_while_kafka_does_not_answer) {
  EXPECT_FALSE(find_undecodable(0, 10, [](Offset, int) { return Probed{}; }));
}

}  // namespace
}  // namespace tailrace
