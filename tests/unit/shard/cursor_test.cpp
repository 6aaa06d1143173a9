#include "shard/cursor.h"

#include "log/batches.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

using Step = Cursor::Step;

// A log of two partitions, both beginning at 100, and a cursor in it.
class Cursors : public testing::Test {
 protected:
  // Steps until something else than an item: the items, as they would read on the wire.
  std::string take(Step expected) {
    std::string items;
    Cursor::Item item;
    Step step;
    while ((step = cursor_.step(item)) == Step::item) items += (items.empty() ? "" : " ") + text(item);
    EXPECT_EQ(static_cast<int>(step), static_cast<int>(expected)) << "after " << items;
    return items;
  }

  static std::string range(Offset from, Offset next) { return std::to_string(from) + "-" + std::to_string(next); }
  static std::string rows(const std::vector<Span>& spans) {
    std::string text = "cover";
    for (const Span& row : spans) text += "," + std::to_string(row.partition) + ":" + range(row.from, row.next);
    return text;
  }
  // 0:100-104 a batch, cut or not; gap0:…; cover,0:…,1:…
  static std::string text(const Cursor::Item& item) {
    if (!item.rows.empty()) return rows(item.rows);
    const Batch& batch = *item.batch;
    if (batch.kind == Batch::Kind::coverage) return rows(batch.spans);
    EXPECT_EQ(item.whole, (batch.spans.front() == Span{batch.spans.front().partition, item.from, item.next}));
    return (batch.kind == Batch::Kind::gap ? "gap" : "") + std::to_string(batch.spans.front().partition) + ":" +
           range(item.from, item.next);
  }

  // Fills segments of one batch each with partition 0, so that they can be trimmed one by one.
  void append_segment(Offset from, Offset next) { log_.append(run_of(0, from, next, kSegmentBytes)); }

  void give(std::vector<BatchPtr> batches) {
    auto page = std::make_shared<Page>();
    page->from = batches.front()->spans.front().from;
    page->next = batches.back()->spans.back().next;
    page->batches = std::move(batches);
    cursor_.give(page);
  }

  ChannelLog log_{{100, 100}};
  int readies_ = 0;
  Cursor cursor_{log_, [this] { ++readies_; }};
};

// ---- in step

TEST_F(Cursors, starting_at_the_head_is_in_step_and_holds_no_offsets) {
  cursor_.start({100, 100}, {});
  EXPECT_TRUE(cursor_.in_step());
  EXPECT_EQ(take(Step::wait), "");
  log_.append(run_of(0, 100, 104));
  log_.append(run_of(1, 100, 102));
  EXPECT_EQ(take(Step::wait), "0:100-104 1:100-102");
  EXPECT_EQ(cursor_.offsets(), Offsets({104, 102}));
}

TEST_F(Cursors, one_append_wakes_a_waiting_cursor_once) {
  cursor_.start({100, 100}, {});
  take(Step::wait);
  log_.append(run_of(0, 100, 101));
  log_.append(run_of(0, 101, 102));
  EXPECT_EQ(readies_, 1);
  take(Step::wait);
  log_.append(run_of(0, 102, 103));
  EXPECT_EQ(readies_, 2);
}

TEST_F(Cursors, items_in_step_can_be_taken_back) {
  cursor_.start({100, 100}, {});
  for (Offset offset = 100; offset < 103; ++offset) log_.append(run_of(0, offset, offset + 1));
  Cursor::Item first, second;
  ASSERT_EQ(cursor_.step(first), Step::item);
  ASSERT_EQ(cursor_.step(second), Step::item);
  ASSERT_TRUE(second.in_step);
  cursor_.rewind(second.sequence);
  EXPECT_EQ(take(Step::wait), "0:101-102 0:102-103");
}

TEST_F(Cursors, a_cursor_taken_back_no_longer_waits_at_the_head) {
  cursor_.start({100, 100}, {});
  log_.append(run_of(0, 100, 101));
  Cursor::Item item;
  cursor_.step(item);
  take(Step::wait);
  cursor_.rewind(item.sequence);
  log_.append(run_of(0, 101, 102));
  EXPECT_EQ(readies_, 0);
  EXPECT_EQ(take(Step::wait), "0:100-101 0:101-102");
}

TEST_F(Cursors, a_gap_in_the_log_is_passed_on) {
  cursor_.start({100, 100}, {});
  log_.append(gap(0, 100, 150));
  EXPECT_EQ(take(Step::wait), "gap0:100-150");
}

// ---- being lapped

TEST_F(Cursors, lapped_cursor_falls_back_to_pages) {
  cursor_.start({100, 100}, {});
  append_segment(100, 110);
  append_segment(110, 120);
  log_.append(run_of(1, 100, 105));
  log_.trim(2);
  EXPECT_TRUE(cursor_.catching_up());
  EXPECT_EQ(readies_, 1);
  EXPECT_EQ(take(Step::page), "");
  EXPECT_EQ(cursor_.wanted(), (Span{0, 100, 120}));
  give({run_of(0, 100, 120)});
  EXPECT_EQ(take(Step::wait), "0:100-120 1:100-105");
  EXPECT_TRUE(cursor_.in_step());
}

TEST_F(Cursors, lapped_in_the_middle_of_a_segment_goes_on_after_what_it_had) {
  cursor_.start({100, 100}, {});
  log_.append(run_of(0, 100, 103));
  log_.append(run_of(1, 100, 102));
  log_.append(run_of(0, 103, 106));
  Cursor::Item item;
  cursor_.step(item);
  cursor_.step(item);
  log_.trim(3);
  EXPECT_EQ(cursor_.offsets(), Offsets({103, 102}));
  EXPECT_EQ(take(Step::page), "");
  EXPECT_EQ(cursor_.wanted(), (Span{0, 103, 106}));
}

TEST_F(Cursors, lapped_at_the_end_of_everything_needs_no_page) {
  cursor_.start({100, 100}, {});
  log_.append(run_of(0, 100, 103));
  take(Step::wait);
  log_.trim(1);
  EXPECT_EQ(take(Step::wait), "");
  EXPECT_TRUE(cursor_.in_step());
  log_.append(run_of(0, 103, 104));
  EXPECT_EQ(take(Step::wait), "0:103-104");
}

TEST_F(Cursors, a_restarted_log_sends_everyone_to_pages) {
  cursor_.start({100, 100}, {});
  log_.append(run_of(0, 100, 103));
  take(Step::wait);
  log_.restart({130, 100}, 9);
  EXPECT_EQ(readies_, 1);
  EXPECT_EQ(take(Step::page), "");
  EXPECT_EQ(cursor_.wanted(), (Span{0, 103, 130}));
}

// ---- catching up

TEST_F(Cursors, one_page_at_a_time_and_never_past_its_cell) {
  cursor_.start({100, 100}, {});
  log_.restart({5000, 100}, 0);
  take(Step::page);
  EXPECT_EQ(cursor_.wanted(), (Span{0, 100, 1024}));
  EXPECT_EQ(take(Step::wait), "");
}

// A few pages in a row of each: who reads them goes on where it stands.
TEST_F(Cursors, partitions_take_turns) {
  cursor_.start({0, 0}, {});
  log_.restart({50'000, 3'000}, 0);
  std::string asked;
  for (take(Step::page); asked.size() < 24; take(Step::page)) {
    const Span wanted = cursor_.wanted();
    asked += static_cast<char>('0' + wanted.partition);
    give({run_of(wanted.partition, wanted.from, wanted.next)});
  }
  EXPECT_EQ(asked, "000000001110000000000000");  // the second has but three
}

TEST_F(Cursors, the_batch_that_straddles_a_start_is_cut) {
  log_.restart({500, 100}, 0);
  cursor_.start({450, 100}, {});
  take(Step::page);
  give({run_of(0, 0, 400), run_of(0, 400, 480), run_of(0, 480, 500)});
  EXPECT_EQ(take(Step::wait), "0:450-480 0:480-500");
}

TEST_F(Cursors, what_a_page_had_beyond_the_tail_is_left_out_of_the_log) {
  log_.restart({500, 100}, 0);
  log_.append(run_of(0, 500, 520));
  log_.append(run_of(1, 100, 110));
  log_.append(run_of(0, 520, 540));
  cursor_.start({450, 100}, {});
  take(Step::page);
  give({run_of(0, 450, 530)});
  EXPECT_EQ(take(Step::wait), "0:450-530 1:100-110 0:530-540");
  EXPECT_TRUE(cursor_.in_step());
}

TEST_F(Cursors, a_start_inside_the_log_skips_whole_segments_and_cuts_the_first) {
  append_segment(100, 110);
  append_segment(110, 120);
  append_segment(120, 130);
  cursor_.start({115, 100}, {});
  EXPECT_EQ(take(Step::wait), "0:115-120 0:120-130");
  EXPECT_TRUE(cursor_.in_step());
}

TEST_F(Cursors, a_cursor_ahead_of_the_head_waits_and_then_gets_what_is_new) {
  cursor_.start({150, 100}, {});
  EXPECT_EQ(take(Step::wait), "");
  EXPECT_FALSE(cursor_.in_step());
  log_.append(run_of(0, 100, 140));
  EXPECT_EQ(take(Step::wait), "");
  log_.append(run_of(0, 140, 160));
  EXPECT_EQ(take(Step::wait), "0:150-160");
  EXPECT_TRUE(cursor_.in_step());
}

TEST_F(Cursors, ahead_in_two_partitions_is_in_step_once_the_log_is_past_both) {
  cursor_.start({120, 130}, {});
  log_.append(run_of(0, 100, 120));
  EXPECT_EQ(take(Step::wait), "");
  EXPECT_FALSE(cursor_.in_step());
  log_.append(run_of(1, 100, 131));
  EXPECT_EQ(take(Step::wait), "1:130-131");
  EXPECT_TRUE(cursor_.in_step());
}

TEST_F(Cursors, a_denied_page_is_asked_for_again) {
  log_.restart({500, 100}, 0);
  cursor_.start({450, 100}, {});
  take(Step::page);
  EXPECT_EQ(take(Step::wait), "");
  cursor_.deny();
  EXPECT_EQ(readies_, 1);
  take(Step::page);
  EXPECT_EQ(cursor_.wanted(), (Span{0, 450, 500}));
}

TEST_F(Cursors, a_partition_that_fails_waits_for_the_others_and_one_put_off_does_not) {
  log_.restart({5000, 5000}, 0);
  cursor_.start({0, 0}, {});
  take(Step::page);
  cursor_.put_off();
  take(Step::page);
  EXPECT_EQ(cursor_.wanted(), (Span{0, 0, 1024}));
  cursor_.deny();
  take(Step::page);
  EXPECT_EQ(cursor_.wanted(), (Span{1, 0, 1024}));
}

TEST_F(Cursors, a_dropped_page_is_asked_for_again_from_where_it_was) {
  log_.restart({500, 100}, 0);
  cursor_.start({450, 100}, {});
  take(Step::page);
  give({run_of(0, 450, 460), run_of(0, 460, 500)});
  Cursor::Item item;
  ASSERT_EQ(cursor_.step(item), Step::item);
  cursor_.drop_page();
  take(Step::page);
  EXPECT_EQ(cursor_.wanted(), (Span{0, 460, 500}));
}

TEST_F(Cursors, an_expired_beginning_is_a_gap) {
  log_.restart({500, 100}, 0);
  cursor_.start({50, 100}, {});
  take(Step::page);
  give({gap(0, 0, 470), run_of(0, 470, 500)});
  EXPECT_EQ(take(Step::wait), "gap0:50-470 0:470-500");
}

TEST_F(Cursors, a_page_held_by_nobody_else_lives_only_until_it_is_used) {
  log_.restart({500, 100}, 0);
  cursor_.start({450, 100}, {});
  take(Step::page);
  auto page = std::make_shared<Page>();
  page->batches = {run_of(0, 450, 500)};
  const std::weak_ptr<Page> held = page;
  cursor_.give(std::move(page));
  EXPECT_FALSE(held.expired());
  take(Step::wait);
  EXPECT_TRUE(held.expired());
}

// ---- coverage

TEST_F(Cursors, rows_go_out_as_they_are_to_those_in_step) {
  cursor_.start({100, 100}, {});
  log_.append(coverage({{0, 100, 105}, {1, 100, 101}}));
  EXPECT_EQ(take(Step::wait), "cover,0:100-105,1:100-101");
  EXPECT_EQ(cursor_.offsets(), Offsets({105, 101}));
}

TEST_F(Cursors, rows_are_cut_for_who_has_had_part_of_them) {
  cursor_.start({103, 200}, {});
  log_.append(coverage({{0, 100, 105}, {1, 100, 101}}));
  EXPECT_EQ(take(Step::wait), "cover,0:103-105");
}

TEST_F(Cursors, rows_that_tell_nothing_new_are_left_out) {
  cursor_.start({110, 110}, {});
  log_.append(coverage({{0, 100, 105}, {1, 100, 110}}));
  EXPECT_EQ(take(Step::wait), "");
}

// ---- partitions without a place

TEST_F(Cursors, a_partition_without_a_place_begins_where_the_log_says) {
  ChannelLog log({100, kUnknown});
  Cursor cursor(log, [] {});
  cursor.start({100, kUnknown}, {});
  ASSERT_TRUE(cursor.in_step());
  log.start_partition(1, 70);
  log.append(coverage({{1, 70, 70}}));
  Cursor::Item item;
  ASSERT_EQ(cursor.step(item), Step::item);
  EXPECT_EQ(text(item), "cover,1:70-70");
  EXPECT_EQ(cursor.offsets(), Offsets({100, 70}));
}

TEST_F(Cursors, a_new_partition_is_told_from_its_beginning_to_who_was_catching_up) {
  log_.restart({5000, 100}, 0);
  cursor_.start({4990, 100}, {});
  take(Step::page);
  log_.start_partition(2, 0);
  log_.append(coverage({{2, 0, 0}}));
  log_.append(run_of(2, 0, 5, kSegmentBytes));
  log_.append(run_of(2, 5, 9, kSegmentBytes));
  give({run_of(0, 4990, 5000)});
  EXPECT_EQ(take(Step::wait), "0:4990-5000 cover,2:0-0 2:0-5 2:5-9");
  EXPECT_TRUE(cursor_.in_step());
}

TEST_F(Cursors, a_new_partition_is_told_from_its_beginning_to_who_was_lapped_before_its_row) {
  cursor_.start({100, 100}, {});
  log_.append(run_of(0, 100, 101));
  log_.start_partition(2, 0);
  log_.append(coverage({{2, 0, 0}}));
  log_.append(run_of(2, 0, 5));
  log_.trim(3);
  EXPECT_EQ(take(Step::page), "cover,2:0-0");
  give({run_of(0, 100, 101)});
  EXPECT_EQ(take(Step::page), "0:100-101");
  EXPECT_EQ(cursor_.wanted(), (Span{2, 0, 5}));
}

TEST_F(Cursors, a_new_partition_is_told_from_its_beginning_though_the_log_begins_again) {
  cursor_.start({100, 100}, {});
  log_.start_partition(2, 0);
  log_.restart({100, 100, 40}, 7);
  EXPECT_EQ(take(Step::page), "cover,2:0-0");
  EXPECT_EQ(cursor_.wanted(), (Span{2, 0, 40}));
}

TEST_F(Cursors, a_row_that_begins_a_segment_counts_as_any_other) {
  append_segment(100, 110);
  log_.start_partition(2, 0);
  log_.append(coverage({{2, 0, 0}}));
  cursor_.start({110, 104, 0}, {});
  EXPECT_EQ(take(Step::wait), "");
  EXPECT_FALSE(cursor_.in_step());
  log_.append(run_of(1, 100, 106));
  EXPECT_EQ(take(Step::wait), "1:104-106");
  EXPECT_TRUE(cursor_.in_step());
}

TEST_F(Cursors, who_was_below_the_start_of_a_late_partition_reads_the_hole_as_pages) {
  ChannelLog log({100, kUnknown});
  Cursor cursor(log, [] {});
  cursor.start({100, 30}, {});
  Cursor::Item item;
  ASSERT_EQ(cursor.step(item), Step::wait);
  log.start_partition(1, 70);
  log.append(coverage({{1, 70, 70}}));
  ASSERT_EQ(cursor.step(item), Step::page);
  EXPECT_EQ(cursor.wanted(), (Span{1, 30, 70}));
}

// ---- with an end

TEST_F(Cursors, an_end_cuts_the_batch_that_straddles_it) {
  log_.append(run_of(0, 100, 110));
  log_.append(run_of(1, 100, 110));
  cursor_.start({102, 105}, Offsets{106, 105});
  EXPECT_EQ(take(Step::ended), "0:102-106");
}

TEST_F(Cursors, an_end_that_is_still_to_come_is_waited_for) {
  cursor_.start({100, 100}, Offsets{104, 100});
  EXPECT_EQ(take(Step::wait), "");
  log_.append(run_of(0, 100, 102));
  EXPECT_EQ(take(Step::wait), "0:100-102");
  log_.append(run_of(0, 102, 109));
  EXPECT_EQ(take(Step::ended), "0:102-104");
}

TEST_F(Cursors, pages_are_read_up_to_the_end_only) {
  log_.restart({5000, 5000}, 0);
  cursor_.start({100, 100}, Offsets{150, 100});
  take(Step::page);
  EXPECT_EQ(cursor_.wanted().partition, 0);
  give({run_of(0, 0, 1024)});
  EXPECT_EQ(take(Step::ended), "0:100-150");
}

TEST_F(Cursors, an_end_before_the_start_is_reached_at_once) {
  cursor_.start({100, 100}, Offsets{50, 100});
  EXPECT_EQ(take(Step::ended), "");
}

TEST_F(Cursors, what_came_in_step_never_has_an_end) {
  cursor_.start({100, 100}, Offsets{110, 110});
  log_.append(run_of(0, 100, 102));
  Cursor::Item item;
  ASSERT_EQ(cursor_.step(item), Step::item);
  EXPECT_FALSE(item.in_step);
}

TEST_F(Cursors, a_partition_that_appears_later_is_no_part_of_a_subscription_with_an_end) {
  cursor_.start({100, 100}, Offsets{110, 100});
  log_.start_partition(2, 0);
  log_.append(coverage({{2, 0, 0}}));
  log_.append(run_of(2, 0, 5));
  EXPECT_EQ(take(Step::wait), "");
  log_.append(coverage({{0, 100, 104}, {2, 5, 6}}));
  EXPECT_EQ(take(Step::wait), "cover,0:100-104");
}

}  // namespace
}  // namespace tailrace
