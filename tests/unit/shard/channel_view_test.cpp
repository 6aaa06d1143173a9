#include "shard/channel_view.h"

#include "log/batches.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

ChannelPtr channel() {
  Channel channel;
  channel.id = 7;
  channel.name = "metrics";
  channel.epoch = 0xabcd;
  return std::make_shared<Channel>(channel);
}

using Anchors = Result<std::vector<std::optional<Anchor>>>;

// Two partitions; the log begins at 100 and 200, the end stood at 150 and 200 when it was opened (a warm start).
class ChannelViews : public testing::Test {
 protected:
  std::string position(const Offsets& next) { return format_position(view_.position_at(next)); }

  ChannelView view_{LogOpened{channel(), {100, 200}, {150, 200}}};
};

TEST_F(ChannelViews, live_is_the_end_as_it_stood_until_the_log_is_past_it) {
  EXPECT_EQ(view_.live(), Offsets({150, 200}));
  view_.append(run_of(0, 100, 120));
  view_.append(run_of(1, 200, 210));
  EXPECT_EQ(view_.live(), Offsets({150, 210}));
  view_.append(run_of(0, 120, 160));
  EXPECT_EQ(view_.live(), Offsets({160, 210}));
}

TEST_F(ChannelViews, positions_carry_the_last_update_before_them) {
  view_.append(updates({0, 100, 130}, {104, 120}));
  EXPECT_EQ(position({130, 200}), "v1.0000abcd.0:130~9.000004b0,1:200");
  EXPECT_EQ(position({110, 200}), "v1.0000abcd.0:110~5.00000410,1:200");
  EXPECT_EQ(position({104, 200}), "v1.0000abcd.0:104,1:200");
  EXPECT_EQ(position({kUnknown, 200}), "v1.0000abcd.0:?,1:200");
}

TEST_F(ChannelViews, an_anchor_ages_over_coverage) {
  view_.append(updates({0, 100, 121}, {120}));
  view_.append(coverage({{0, 121, 140}}));
  EXPECT_EQ(position({140, 200}), "v1.0000abcd.0:140~19.000004b0,1:200");
}

TEST_F(ChannelViews, the_last_update_is_known_although_it_was_trimmed) {
  view_.append(updates({0, 100, 121}, {120}));
  view_.log.trim(1);
  EXPECT_EQ(position({121, 200}), "v1.0000abcd.0:121~000004b0,1:200");
  EXPECT_EQ(position({120, 200}), "v1.0000abcd.0:120,1:200");
}

TEST_F(ChannelViews, the_records_before_the_log_are_learnt) {
  int told = 0;
  view_.waiting_for_anchors.emplace_back([&] { ++told; });
  view_.learn_anchors({{0, 100, {}}, {1, 200, {}}}, LastUpdates{{Anchor{97, 5}, std::nullopt}});
  EXPECT_EQ(told, 1);
  EXPECT_TRUE(view_.anchors_known);
  EXPECT_EQ(position({100, 200}), "v1.0000abcd.0:100~2.00000005,1:200");
}

TEST_F(ChannelViews, what_was_appended_meanwhile_is_newer_than_what_is_learnt) {
  view_.append(updates({0, 100, 121}, {120}));
  view_.learn_anchors({{0, 100, {}}}, LastUpdates{{Anchor{97, 5}}});
  EXPECT_EQ(view_.last[0], (Anchor{120, 1200}));
}

TEST_F(ChannelViews, without_an_answer_those_who_wait_go_on_and_the_next_asks_again) {
  int told = 0;
  view_.waiting_for_anchors.emplace_back([&] { ++told; });
  view_.learn_anchors({{0, 100, {}}}, Error{"unavailable", ""});
  EXPECT_EQ(told, 1);
  EXPECT_FALSE(view_.anchors_known);
}

TEST_F(ChannelViews, anchors_of_another_history_are_not_learnt) {
  int told = 0;
  view_.waiting_for_anchors.emplace_back([&] { ++told; });
  view_.reset(LogReset{7, "recreated", {0}, {0}});
  view_.learn_anchors({{0, 100, {}}, {1, 200, {}}}, LastUpdates{{Anchor{97, 5}, Anchor{190, 6}}});
  EXPECT_EQ(told, 1);
  EXPECT_FALSE(view_.anchors_known);
  view_.append(coverage({{0, 0, 300}}));
  EXPECT_EQ(format_position(view_.position_at({300})), "v1.0000abcd.0:300");
}

TEST_F(ChannelViews, a_reset_begins_everything_anew) {
  view_.append(updates({0, 100, 121}, {120}));
  view_.learn_anchors({}, LastUpdates{});
  view_.reset(LogReset{7, "recreated", {3}, {0}});
  EXPECT_EQ(view_.live(), Offsets({3}));
  EXPECT_EQ(format_position(view_.position_at({3})), "v1.0000abcd.0:3");
  EXPECT_FALSE(view_.anchors_known);
}

TEST_F(ChannelViews, after_a_skip_the_records_before_the_log_are_to_be_learnt_again) {
  view_.append(updates({0, 100, 121}, {120}));
  view_.learn_anchors({}, LastUpdates{});
  view_.skip(LogSkipped{7, {180, 230}, 9});
  EXPECT_EQ(view_.live(), Offsets({180, 230}));
  EXPECT_FALSE(view_.anchors_known);
  view_.learn_anchors({{0, 180, {}}, {1, 230, {}}}, LastUpdates{{Anchor{179, 5}, std::nullopt}});
  EXPECT_EQ(position({180, 230}), "v1.0000abcd.0:180~00000005,1:230");
}

TEST_F(ChannelViews, a_late_partition_is_live_where_it_starts) {
  view_.start_partition(2, 40);
  EXPECT_EQ(view_.live(), Offsets({150, 200, 40}));
  view_.append(coverage({{2, 40, 40}}));
  view_.append(run_of(2, 40, 45));
  EXPECT_EQ(view_.live(), Offsets({150, 200, 45}));
  EXPECT_EQ(view_.last[2], (Anchor{44, 440}));
}

}  // namespace
}  // namespace tailrace
