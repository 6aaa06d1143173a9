#include "log/channel_log.h"

#include "log/batches.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

// A reader that remembers what it was told.
class Witness final : public Reader {
 public:
  void lapped(Offsets next) override { lapped_at.push_back(std::move(next)); }
  void woken() override { ++wakes; }

  std::vector<Offsets> lapped_at;
  int wakes = 0;
};

// A log of two partitions that begin at 100 and 200.
class ChannelLogs : public testing::Test {
 protected:
  ~ChannelLogs() override { log_.leave(reader_); }

  // A batch that fills a segment of its own.
  void append_segment(Partition p, Offset from, Offset next) { log_.append(run_of(p, from, next, kSegmentBytes)); }

  // The offsets at which the batches begin that the reader takes from here on.
  std::vector<Offset> read_all() {
    std::vector<Offset> froms;
    for (; const Batch* batch = log_.peek(reader_); log_.advance(reader_)) froms.push_back(batch->spans.front().from);
    return froms;
  }

  ChannelLog log_{{100, 200}};
  Witness reader_;
};

// ---- appending and reading

TEST_F(ChannelLogs, head_follows_what_is_appended) {
  EXPECT_EQ(log_.head(), Offsets({100, 200}));
  log_.append(run_of(1, 200, 207));
  log_.append(coverage({{0, 100, 103}, {1, 207, 208}}));
  log_.append(gap(0, 103, 110));
  EXPECT_EQ(log_.head(), Offsets({110, 208}));
  EXPECT_EQ(log_.head_sequence(), 3u);
}

TEST_F(ChannelLogs, readers_walk_over_the_borders_of_segments) {
  for (Offset offset = 100; offset < 100 + 3 * static_cast<Offset>(kSegmentBatches); ++offset)
    log_.append(run_of(0, offset, offset + 1));
  ASSERT_TRUE(log_.stand(reader_, {100, 200}));
  const auto froms = read_all();
  ASSERT_EQ(froms.size(), 3 * kSegmentBatches);
  EXPECT_EQ(froms.back(), 99 + 3 * static_cast<Offset>(kSegmentBatches));
}

TEST_F(ChannelLogs, who_waits_at_the_head_is_woken_once) {
  log_.stand_at_head(reader_);
  EXPECT_EQ(log_.peek(reader_), nullptr);
  EXPECT_EQ(log_.peek(reader_), nullptr);
  log_.append(run_of(0, 100, 101));
  log_.append(run_of(0, 101, 102));
  EXPECT_EQ(reader_.wakes, 1);
}

TEST_F(ChannelLogs, who_left_is_neither_woken_nor_lapped) {
  log_.stand_at_head(reader_);
  log_.peek(reader_);
  log_.leave(reader_);
  log_.append(run_of(0, 100, 101));
  log_.trim(1);
  EXPECT_EQ(reader_.wakes, 0);
  EXPECT_TRUE(reader_.lapped_at.empty());
}

TEST_F(ChannelLogs, a_reader_steps_back_over_the_border_of_a_segment) {
  append_segment(0, 100, 110);
  append_segment(0, 110, 120);
  log_.stand(reader_, {100, 200});
  read_all();
  EXPECT_EQ(log_.sequence(reader_), 2u);
  log_.step_back(reader_, 0);
  EXPECT_EQ(read_all(), std::vector<Offset>({100, 110}));
}

TEST_F(ChannelLogs, a_place_knows_what_was_not_had_there) {
  append_segment(0, 100, 110);
  log_.append(run_of(1, 200, 205));
  log_.append(run_of(0, 110, 115));
  log_.stand(reader_, {110, 200});
  EXPECT_EQ(log_.offsets_at(reader_), Offsets({110, 200}));
  log_.peek(reader_);
  log_.advance(reader_);
  EXPECT_EQ(log_.offsets_at(reader_), Offsets({110, 205}));
}

// ---- standing

TEST_F(ChannelLogs, readers_stand_at_the_latest_segment_that_has_all_they_want) {
  append_segment(0, 100, 110);
  append_segment(1, 200, 210);
  append_segment(0, 110, 120);
  ASSERT_TRUE(log_.stand(reader_, {105, 200}));
  EXPECT_EQ(log_.sequence(reader_), 0u);
  ASSERT_TRUE(log_.stand(reader_, {110, 205}));
  EXPECT_EQ(log_.sequence(reader_), 1u);
  ASSERT_TRUE(log_.stand(reader_, {119, 210}));
  EXPECT_EQ(log_.sequence(reader_), 2u);
  ASSERT_TRUE(log_.stand(reader_, {500, kUnknown}));
  EXPECT_EQ(log_.sequence(reader_), 2u);
}

TEST_F(ChannelLogs, nobody_stands_below_the_tail) {
  append_segment(0, 100, 110);
  append_segment(0, 110, 120);
  log_.trim(1);
  EXPECT_FALSE(log_.stand(reader_, {109, 200}));
  EXPECT_FALSE(reader_.standing());
  EXPECT_TRUE(log_.stand(reader_, {110, 200}));
}

// ---- trimming

TEST_F(ChannelLogs, only_whole_segments_are_trimmed) {
  append_segment(0, 100, 110);
  append_segment(0, 110, 120);
  log_.trim(0);
  EXPECT_EQ(log_.tail(0), 100);
  log_.trim(1);
  EXPECT_EQ(log_.tail(0), 110);
  EXPECT_EQ(log_.tail(1), 200);
}

TEST_F(ChannelLogs, a_segment_of_which_some_is_kept_stays) {
  for (Offset offset = 100; offset < 103; ++offset) log_.append(run_of(0, offset, offset + 1));
  log_.trim(2);
  EXPECT_EQ(log_.tail(0), 100);
}

TEST_F(ChannelLogs, trimming_everything_leaves_an_empty_log_at_the_head) {
  log_.append(run_of(0, 100, 103));
  log_.trim(1);
  EXPECT_EQ(log_.tail(0), 103);
  EXPECT_EQ(log_.head_sequence(), 1u);
  log_.trim(1);
  log_.append(run_of(0, 103, 104));
  ASSERT_TRUE(log_.stand(reader_, {103, 200}));
  EXPECT_EQ(read_all(), std::vector<Offset>({103}));
}

TEST_F(ChannelLogs, trimmed_batches_are_let_go) {
  auto batch = run_of(0, 100, 110, kSegmentBytes);
  const std::weak_ptr<const Batch> held = batch;
  log_.append(std::move(batch));
  EXPECT_FALSE(held.expired());
  log_.trim(1);
  EXPECT_TRUE(held.expired());
}

TEST_F(ChannelLogs, readers_in_a_trimmed_segment_leave_with_what_they_had_not_had) {
  log_.append(run_of(0, 100, 103));
  log_.append(run_of(1, 200, 205));
  Witness first, second;
  log_.stand(first, {100, 200});
  log_.stand(second, {100, 200});
  log_.peek(second);
  log_.advance(second);
  log_.trim(2);
  EXPECT_EQ(first.lapped_at, std::vector<Offsets>({{100, 200}}));
  EXPECT_EQ(second.lapped_at, std::vector<Offsets>({{103, 200}}));
  EXPECT_FALSE(first.standing());
}

TEST_F(ChannelLogs, readers_in_later_segments_stay) {
  append_segment(0, 100, 110);
  append_segment(0, 110, 120);
  log_.stand(reader_, {110, 200});
  log_.trim(1);
  EXPECT_TRUE(reader_.lapped_at.empty());
  EXPECT_EQ(read_all(), std::vector<Offset>({110}));
}

// ---- restarting

TEST_F(ChannelLogs, a_restart_laps_everyone_and_counts_on_from_where_it_is_told) {
  append_segment(0, 100, 110);
  append_segment(0, 110, 120);
  log_.stand(reader_, {110, 200});
  read_all();
  log_.restart({150, 260}, 7);
  EXPECT_EQ(reader_.lapped_at, std::vector<Offsets>({{120, 200}}));
  EXPECT_EQ(log_.head(), Offsets({150, 260}));
  EXPECT_EQ(log_.tail(0), 150);
  log_.append(run_of(0, 150, 151));
  EXPECT_EQ(log_.head_sequence(), 8u);
}

TEST_F(ChannelLogs, trimming_after_a_restart_counts_as_ingest_does) {
  log_.restart({150, 260}, 7);
  log_.append(run_of(0, 150, 160, kSegmentBytes));
  log_.append(run_of(0, 160, 170));
  log_.trim(7);
  EXPECT_EQ(log_.tail(0), 150);
  log_.trim(8);
  EXPECT_EQ(log_.tail(0), 160);
}

TEST_F(ChannelLogs, a_restart_may_take_partitions_away) {
  log_.restart({0}, 0);
  EXPECT_EQ(log_.partitions(), 1u);
  EXPECT_EQ(log_.tail(1), kUnknown);
  EXPECT_EQ(log_.origin(1), kUnknown);
}

// ---- partitions that start later

TEST_F(ChannelLogs, a_partition_that_starts_later_has_its_tail_where_it_began) {
  log_.append(run_of(0, 100, 103));
  log_.start_partition(2, 30);
  EXPECT_EQ(log_.partitions(), 3u);
  EXPECT_EQ(log_.tail(2), 30);
  log_.append(coverage({{2, 30, 30}}));
  EXPECT_EQ(log_.head(), Offsets({103, 200, 30}));
  log_.append(run_of(2, 30, 40, kSegmentBytes));
  log_.append(run_of(2, 40, 41));
  log_.trim(3);
  EXPECT_EQ(log_.tail(2), 40);
  EXPECT_EQ(log_.origin(2), 30);
}

TEST_F(ChannelLogs, the_head_of_a_partition_is_unknown_until_its_row_came) {
  log_.start_partition(2, 30);
  EXPECT_EQ(log_.head(), Offsets({100, 200, kUnknown}));
  log_.stand_at_head(reader_);
  EXPECT_EQ(log_.offsets_at(reader_), Offsets({100, 200, kUnknown}));
}

TEST_F(ChannelLogs, where_a_partition_began_outlives_a_restart) {
  log_.start_partition(2, 30);
  log_.restart({150, 260, 90}, 5);
  EXPECT_EQ(log_.origin(2), 30);
  EXPECT_EQ(log_.tail(2), 90);
}

// ---- looking things up

TEST_F(ChannelLogs, updates_are_found_by_their_offset) {
  log_.append(updates({0, 100, 110}, {101, 104}));
  append_segment(1, 200, 300);
  log_.append(updates({0, 110, 120}, {110, 119}));
  ASSERT_TRUE(log_.find(0, 104));
  EXPECT_EQ(log_.find(0, 104)->fingerprint, 1040u);
  EXPECT_EQ(log_.find(0, 119)->offset, 119);
  EXPECT_EQ(log_.find(0, 103), nullptr);
  EXPECT_EQ(log_.find(0, 99), nullptr);
  EXPECT_EQ(log_.find(0, 120), nullptr);
  EXPECT_EQ(log_.find(5, 0), nullptr);
}

TEST_F(ChannelLogs, trimmed_updates_are_found_no_longer) {
  append_segment(0, 100, 110);
  append_segment(0, 110, 120);
  log_.trim(1);
  EXPECT_EQ(log_.find(0, 109), nullptr);
  EXPECT_NE(log_.find(0, 110), nullptr);
}

TEST_F(ChannelLogs, the_last_update_before_a_place_is_found_whatever_lies_between) {
  log_.append(updates({0, 100, 110}, {101, 104}));
  append_segment(1, 200, 300);
  log_.append(coverage({{0, 110, 115}}));
  log_.append(run_of(1, 300, 310, kSegmentBytes));
  log_.append(gap(0, 115, 118));
  EXPECT_EQ(log_.last_before(0, 102)->offset, 101);
  EXPECT_EQ(log_.last_before(0, 104)->offset, 101);
  EXPECT_EQ(log_.last_before(0, 110)->offset, 104);
  ASSERT_TRUE(log_.last_before(0, 115));
  EXPECT_EQ(log_.last_before(0, 115)->offset, 104);
  ASSERT_TRUE(log_.last_before(0, 118));
  EXPECT_EQ(log_.last_before(0, 118)->offset, 104);
  EXPECT_EQ(log_.last_before(0, 5000)->offset, 104);
}

TEST_F(ChannelLogs, there_may_be_no_update_before_a_place) {
  log_.append(updates({0, 100, 110}, {105}));
  EXPECT_EQ(log_.last_before(0, 105), nullptr);
  EXPECT_EQ(log_.last_before(0, 100), nullptr);
  EXPECT_EQ(log_.last_before(0, 0), nullptr);
  EXPECT_EQ(log_.last_before(1, 200), nullptr);
}

TEST_F(ChannelLogs, newest_first_goes_back_over_segments_of_its_partition_until_told_to_stop) {
  append_segment(0, 100, 110);
  append_segment(1, 200, 210);
  append_segment(0, 110, 120);
  append_segment(0, 120, 130);
  std::vector<Offset> seen;
  const auto look = [&](std::size_t most) {
    return [&seen, most](const Batch& batch) {
      seen.push_back(batch.spans.front().from);
      return seen.size() < most;
    };
  };
  log_.newest_first(0, 130, look(2));
  EXPECT_EQ(seen, std::vector<Offset>({120, 110}));
  seen.clear();
  log_.newest_first(0, 120, look(9));
  EXPECT_EQ(seen, std::vector<Offset>({110, 100}));
  seen.clear();
  log_.newest_first(1, 210, look(9));
  EXPECT_EQ(seen, std::vector<Offset>({200}));
}

// ---- times

TEST_F(ChannelLogs, a_time_within_the_log_is_an_offset_of_each_partition) {
  log_.append(timed({0, 100, 103}, {{100, 1000}, {102, 3000}}));
  log_.append(timed({1, 200, 202}, {{200, 500}, {201, 2500}}));
  EXPECT_EQ(log_.offsets_at(Millis{2000}), Offsets({102, 201}));
  EXPECT_EQ(log_.offsets_at(Millis{2500}), Offsets({102, 201}));
  EXPECT_EQ(log_.offsets_at(Millis{2501}), Offsets({102, 202}));
  EXPECT_EQ(log_.offsets_at(Millis{9000}), Offsets({103, 202}));
}

TEST_F(ChannelLogs, a_time_before_the_log_is_not_the_logs_to_answer) {
  log_.append(timed({0, 100, 103}, {{100, 1000}, {102, 3000}}));
  log_.append(timed({1, 200, 202}, {{200, 500}, {201, 2500}}));
  EXPECT_EQ(log_.offsets_at(Millis{1000}), std::nullopt);
  EXPECT_EQ(log_.offsets_at(Millis{700}), std::nullopt);
}

TEST_F(ChannelLogs, a_partition_without_updates_leaves_times_to_kafka) {
  log_.append(timed({0, 100, 103}, {{100, 1000}, {102, 3000}}));
  EXPECT_EQ(log_.offsets_at(Millis{2000}), std::nullopt);
}

TEST_F(ChannelLogs, the_first_update_at_or_after_a_time_counts_where_times_go_back_and_forth) {
  log_.append(timed({1, 200, 201}, {{200, 1}}));
  log_.append(timed({0, 100, 104}, {{100, 1000}, {101, 5000}, {102, 2000}, {103, 6000}}));
  EXPECT_EQ(log_.offsets_at(Millis{3000}), Offsets({101, 201}));
}

}  // namespace
}  // namespace tailrace
