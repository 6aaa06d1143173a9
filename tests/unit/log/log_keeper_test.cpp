#include "log/log_keeper.h"

#include "log/batches.h"
#include "log/channel_log.h"

#include <gtest/gtest.h>

#include <random>

namespace tailrace {
namespace {

constexpr KeepLimits kPlenty{std::size_t{1} << 40, std::size_t{1} << 40, Millis{1} << 40};

KeepLimits bytes_at_most(std::size_t bytes) {
  KeepLimits limits = kPlenty;
  limits.bytes = bytes;
  return limits;
}

// A segment of its own each time.
void fill_segment(LogKeeper& keeper, ChannelId channel, Millis now = 0, std::size_t records = 1) {
  keeper.appended(channel, kSegmentBytes, records, now);
}

// "7:3" is channel 7, trimmed to its third batch.
std::string due(LogKeeper& keeper, Millis now = 0) {
  std::vector<LogTrimmed> trimmed = keeper.due(now);
  std::ranges::sort(trimmed, {}, &LogTrimmed::channel);
  std::string text;
  for (const auto& one : trimmed) text += (text.empty() ? "" : " ") + std::to_string(one.channel) + ":" + std::to_string(one.tail);
  return text;
}

TEST(LogKeeper, nothing_goes_below_the_limits) {
  LogKeeper keeper(kPlenty);
  keeper.opened(1);
  for (int i = 0; i < 10; ++i) fill_segment(keeper, 1, i);
  EXPECT_EQ(due(keeper, 10), "");
  EXPECT_EQ(keeper.bytes(), 10 * kSegmentBytes);
}

TEST(LogKeeper, over_the_bytes_the_oldest_segments_of_all_go) {
  LogKeeper keeper(bytes_at_most(2 * kSegmentBytes));
  keeper.opened(1);
  keeper.opened(2);
  fill_segment(keeper, 1);
  fill_segment(keeper, 2);
  fill_segment(keeper, 1);
  EXPECT_EQ(due(keeper), "1:1");
  fill_segment(keeper, 1);
  EXPECT_EQ(due(keeper), "2:1");
  EXPECT_EQ(keeper.bytes(), 2 * kSegmentBytes);
}

TEST(LogKeeper, what_went_is_said_once) {
  LogKeeper keeper(bytes_at_most(kSegmentBytes));
  keeper.opened(1);
  fill_segment(keeper, 1);
  fill_segment(keeper, 1);
  EXPECT_EQ(due(keeper), "1:1");
  EXPECT_EQ(due(keeper), "");
}

TEST(LogKeeper, even_a_segment_that_is_being_filled_goes) {
  LogKeeper keeper(bytes_at_most(1000));
  keeper.opened(1);
  keeper.appended(1, 700, 1, 0);
  EXPECT_EQ(due(keeper), "");
  keeper.appended(1, 700, 1, 0);
  EXPECT_EQ(due(keeper), "1:2");
  EXPECT_EQ(keeper.bytes(), 0u);
  keeper.appended(1, 700, 1, 0);
  EXPECT_EQ(due(keeper), "");
}

TEST(LogKeeper, over_its_records_a_log_loses_its_own_oldest_segments) {
  KeepLimits limits = kPlenty;
  limits.records = 100;
  LogKeeper keeper(limits);
  keeper.opened(1);
  keeper.opened(2);
  fill_segment(keeper, 1, 0, 60);
  fill_segment(keeper, 2, 0, 60);
  fill_segment(keeper, 2, 0, 60);
  EXPECT_EQ(due(keeper), "2:1");
  fill_segment(keeper, 2, 0, 10);
  EXPECT_EQ(due(keeper), "");
  EXPECT_EQ(keeper.bytes(), 3 * kSegmentBytes);
}

TEST(LogKeeper, the_segment_being_filled_may_hold_more_records_than_the_limit) {
  KeepLimits limits = kPlenty;
  limits.records = 100;
  LogKeeper keeper(limits);
  keeper.opened(1);
  keeper.appended(1, 10, 1000, 0);
  EXPECT_EQ(due(keeper), "");
}

TEST(LogKeeper, segments_that_went_by_records_count_for_nothing_later) {
  KeepLimits limits = bytes_at_most(3 * kSegmentBytes);
  limits.records = 100;
  LogKeeper keeper(limits);
  keeper.opened(1);
  keeper.opened(2);
  fill_segment(keeper, 2, 0, 60);
  fill_segment(keeper, 1, 0, 10);
  fill_segment(keeper, 2, 0, 60);
  EXPECT_EQ(due(keeper), "2:1");
  fill_segment(keeper, 1, 0, 10);
  fill_segment(keeper, 1, 0, 10);
  EXPECT_EQ(due(keeper), "1:1");
}

TEST(LogKeeper, knows_how_old_the_oldest_of_all_is) {
  KeepLimits limits;
  limits.age = 100;
  LogKeeper keeper(limits);
  EXPECT_EQ(keeper.oldest(), 0);
  for (const ChannelId channel : {1, 2}) keeper.opened(channel);
  keeper.appended(1, kSegmentBytes, 1, 20);
  keeper.appended(2, kSegmentBytes, 1, 50);
  keeper.due(60);
  EXPECT_EQ(keeper.oldest(), 20);
  keeper.due(130);
  EXPECT_EQ(keeper.oldest(), 50);
  keeper.closed(2);
  keeper.due(140);
  EXPECT_EQ(keeper.oldest(), 0);
}

TEST(LogKeeper, segments_go_by_the_age_of_their_newest_batch) {
  KeepLimits limits = kPlenty;
  limits.age = 100;
  LogKeeper keeper(limits);
  keeper.opened(1);
  keeper.appended(1, kSegmentBytes / 2, 1, 0);
  keeper.appended(1, kSegmentBytes / 2, 1, 50);
  fill_segment(keeper, 1, 120);
  EXPECT_EQ(due(keeper, 150), "");
  EXPECT_EQ(due(keeper, 151), "1:2");
  EXPECT_EQ(due(keeper, 221), "1:3");
}

// Its oldest segment is young as long as something comes; what aged in other logs goes all the same.
TEST(LogKeeper, a_slow_log_keeps_no_aged_segments_of_others) {
  KeepLimits limits = kPlenty;
  limits.age = 100;
  LogKeeper keeper(limits);
  keeper.opened(1);
  keeper.opened(2);
  keeper.appended(1, 10, 1, 0);
  fill_segment(keeper, 2, 10);
  fill_segment(keeper, 2, 60);
  keeper.appended(1, 10, 1, 90);
  EXPECT_EQ(due(keeper, 110), "");
  EXPECT_EQ(due(keeper, 111), "2:1");
  EXPECT_EQ(due(keeper, 161), "2:2");
  EXPECT_EQ(keeper.oldest(), 0);
  EXPECT_EQ(due(keeper, 190), "");
  EXPECT_EQ(due(keeper, 191), "1:2");
  EXPECT_EQ(keeper.bytes(), 0u);
  keeper.appended(1, 10, 1, 200);
  EXPECT_EQ(due(keeper, 300), "");
  EXPECT_EQ(due(keeper, 301), "1:3");
}

TEST(LogKeeper, a_log_opened_again_counts_from_zero) {
  LogKeeper keeper(bytes_at_most(2 * kSegmentBytes));
  keeper.opened(1);
  fill_segment(keeper, 1);
  fill_segment(keeper, 1);
  keeper.opened(1);
  EXPECT_EQ(keeper.bytes(), 0u);
  EXPECT_EQ(due(keeper), "");
  fill_segment(keeper, 1);
  fill_segment(keeper, 1);
  fill_segment(keeper, 1);
  EXPECT_EQ(due(keeper), "1:1");
}

TEST(LogKeeper, a_closed_log_gives_its_bytes_back_and_is_heard_of_no_more) {
  KeepLimits limits = bytes_at_most(2 * kSegmentBytes);
  limits.records = 1;
  LogKeeper keeper(limits);
  keeper.opened(1);
  keeper.opened(2);
  fill_segment(keeper, 1);
  fill_segment(keeper, 1);
  keeper.closed(1);
  EXPECT_EQ(keeper.bytes(), 0u);
  fill_segment(keeper, 2);
  EXPECT_EQ(due(keeper), "");
  keeper.closed(7);
}

// What the keeper says was trimmed is what the log drops, segment by segment.
TEST(LogKeeper, keeper_and_log_cut_segments_at_the_same_places) {
  std::mt19937 random(7);
  LogKeeper keeper(bytes_at_most(1'000'000));
  ChannelLog log({0});
  keeper.opened(1);
  std::size_t held = 0;
  std::vector<std::weak_ptr<const Batch>> kept;
  for (Offset offset = 0; offset < 3000; ++offset) {
    auto batch = run_of(0, offset, offset + 1, random() % (offset % 500 < 250 ? 300'000 : 500));
    keeper.appended(1, batch->bytes(), 1, 0);
    kept.push_back(batch);
    log.append(std::move(batch));
    for (const LogTrimmed& trimmed : keeper.due(0)) {
      log.trim(trimmed.tail);
      EXPECT_EQ(log.tail(0), static_cast<Offset>(trimmed.tail));
    }
  }
  for (const auto& batch : kept)
    if (const auto still = batch.lock()) held += still->bytes();
  EXPECT_EQ(held, keeper.bytes());
  EXPECT_LE(held, 1'000'000u);
  EXPECT_GT(held, 100'000u);
}

}  // namespace
}  // namespace tailrace
