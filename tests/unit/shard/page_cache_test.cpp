#include "shard/page_cache.h"

#include "shard/fake_archive.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

ChannelPtr channel(ChannelId id, std::uint32_t epoch = 1) {
  Channel channel;
  channel.id = id;
  channel.name = "metrics";
  channel.epoch = epoch;
  return std::make_shared<Channel>(channel);
}

class PageCaches : public testing::Test {
 protected:
  using Answer = std::shared_ptr<std::optional<Result<PagePtr>>>;

  Answer ask(Offset from, const ChannelPtr& of = nullptr) {
    auto answer = std::make_shared<std::optional<Result<PagePtr>>>();
    cache().ask(of ? of : channel_, 0, from, [answer](Result<PagePtr> page) { answer->emplace(std::move(page)); });
    poll();
    return answer;
  }

  // Everything that can happen without Kafka.
  void poll() {
    io_.restart();
    io_.poll();
  }
  // Everything.
  void run() {
    do poll();
    while (archive_.answer() > 0);
  }

  PagePtr page(Offset from, const ChannelPtr& of = nullptr) {
    const Answer answer = ask(from, of);
    run();
    return answer->value().value();
  }
  static std::string range(const PagePtr& page) {
    return std::to_string(page->from) + "-" + std::to_string(page->next) + (page->at_end ? " end" : "");
  }

  // Two pages in a row were asked for: the third, of many, is being read.
  void begin_to_read_ahead() {
    archive_.add(0, 10'000);
    page(0);
    ask(1024);
    archive_.answer();
    poll();
  }

  // Made when first used, so that a test can set the limit before.
  PageCache& cache() {
    if (!cache_) cache_.emplace(io_, archive_, limit_, probe_);
    return *cache_;
  }

  boost::asio::io_context io_{1};
  FakeArchive archive_;
  PageCacheProbe probe_;
  std::size_t limit_ = 64 << 20;
  std::optional<PageCache> cache_;
  ChannelPtr channel_ = channel(7);
};

TEST_F(PageCaches, pages_are_cells_of_a_grid) {
  archive_.add(0, 5000);
  EXPECT_EQ(range(page(1500)), "1024-2048");
  EXPECT_EQ(range(page(0)), "0-1024");
  EXPECT_EQ(archive_.read_text(), "0:1024-2048 0:0-1024");
}

TEST_F(PageCaches, whoever_asks_meanwhile_shares_the_read) {
  archive_.add(0, 5000);
  const Answer first = ask(10), second = ask(900), third = ask(10);
  EXPECT_FALSE(first->has_value());
  run();
  EXPECT_EQ(archive_.read_text(), "0:0-1024");
  EXPECT_EQ(first->value().value(), second->value().value());
  EXPECT_EQ(first->value().value(), third->value().value());
  EXPECT_EQ(probe_.shared, 2u);
}

TEST_F(PageCaches, what_was_read_is_not_read_again) {
  archive_.add(0, 5000);
  page(10);
  archive_.read_text();
  EXPECT_EQ(range(page(700)), "0-1024");
  EXPECT_EQ(archive_.read_text(), "");
  EXPECT_EQ(probe_.hit, 1u);
}

TEST_F(PageCaches, channels_and_epochs_have_pages_of_their_own) {
  archive_.add(0, 5000);
  page(10);
  page(10, channel(8));
  page(10, channel(7, 2));
  EXPECT_EQ(archive_.read_text(), "0:0-1024 0:0-1024 0:0-1024");
}

// ---- cells of large records

TEST_F(PageCaches, a_cell_of_large_records_is_read_in_parts) {
  archive_.add(0, 1024, 1000);
  archive_.part_bytes = 250'000;
  EXPECT_EQ(range(page(0)), "0-256");
  EXPECT_EQ(range(page(256)), "256-512");
  EXPECT_EQ(archive_.read_text(), "0:0-1024 0:256-1024 0:512-1024");  // the last was read ahead
}

TEST_F(PageCaches, who_waits_for_a_later_part_gets_that_part) {
  archive_.add(0, 1024, 1000);
  archive_.part_bytes = 250'000;
  EXPECT_EQ(range(page(600)), "512-768");
}

TEST_F(PageCaches, a_herd_in_a_cell_of_large_records_shares_its_parts) {
  archive_.add(0, 1024, 1000);
  archive_.part_bytes = 250'000;
  std::vector<Answer> answers;
  for (Offset from = 0; from < 1024; ++from) answers.push_back(ask(from));
  run();
  for (Offset from = 0; from < 1024; ++from) {
    const PagePtr got = answers[static_cast<std::size_t>(from)]->value().value();
    EXPECT_LE(got->from, from);
    EXPECT_GT(got->next, from);
  }
  EXPECT_EQ(probe_.read, 4u);
  EXPECT_EQ(probe_.bytes, page(0)->bytes + page(256)->bytes + page(512)->bytes + page(768)->bytes);
}

TEST_F(PageCaches, asking_backwards_through_a_cell_of_large_records_reads_it_once) {
  archive_.add(0, 1024, 1000);
  archive_.part_bytes = 250'000;
  for (Offset from = 1023; from >= 0; --from) page(from);
  EXPECT_EQ(probe_.read, 4u);
}

TEST_F(PageCaches, a_place_far_into_a_cell_of_huge_records_is_read_without_what_lies_before) {
  archive_.add(0, 1024, 1000);
  archive_.part_bytes = 1;
  EXPECT_EQ(range(page(1000)), "960-1024 end");
  EXPECT_EQ(archive_.read_text(), "0:0-1024 0:960-1024");
}

// ---- the end of the partition

TEST_F(PageCaches, a_page_at_the_end_is_not_taken_for_a_whole_one) {
  archive_.add(0, 100);
  EXPECT_EQ(range(page(10)), "0-100 end");
  archive_.add(0, 50);
  EXPECT_EQ(range(page(99)), "0-100 end");
  EXPECT_EQ(range(page(100)), "100-150 end");
  archive_.add(0, 2000);
  EXPECT_EQ(range(page(150)), "150-1024");
  EXPECT_EQ(archive_.read_text(), "0:0-1024 0:100-1024 0:150-1024 0:1024-2048");
}

TEST_F(PageCaches, beyond_the_end_the_answer_is_empty_and_not_kept) {
  archive_.add(0, 100);
  EXPECT_EQ(range(page(2000)), "1024-1024 end");
  archive_.add(0, 3000);
  EXPECT_EQ(range(page(2000)), "1024-2048");
}

TEST_F(PageCaches, who_asks_beyond_the_end_of_a_cell_hears_so) {
  archive_.add(0, 100);
  EXPECT_EQ(range(page(500)), "0-100 end");
  EXPECT_EQ(range(page(500)), "100-100 end");
}

TEST_F(PageCaches, an_expired_stretch_is_one_page_however_long) {
  archive_.add(0, 6000);
  archive_.expire(0, 5000);
  EXPECT_EQ(range(page(10)), "0-5000");
  EXPECT_EQ(range(page(3000)), "0-5000");
  EXPECT_EQ(range(page(5000)), "5000-5120");
  EXPECT_EQ(archive_.read_text(), "0:0-1024 0:5000-5120 0:5120-6144");
}

// ---- reading ahead

TEST_F(PageCaches, the_page_after_two_in_a_row_is_read_ahead) {
  archive_.add(0, 10'000);
  page(0);
  EXPECT_EQ(archive_.read_text(), "0:0-1024");
  page(1024);
  EXPECT_EQ(archive_.read_text(), "0:1024-2048 0:2048-3072");
  EXPECT_EQ(range(page(2048)), "2048-3072");
  EXPECT_EQ(archive_.read_text(), "0:3072-4096");
}

TEST_F(PageCaches, what_comes_after_a_page_is_read_ahead_once_however_many_take_it) {
  begin_to_read_ahead();
  archive_.unavailable = true;  // so nothing is kept of what was read ahead
  run();
  for (int i = 0; i < 3; ++i) page(1024);
  EXPECT_EQ(archive_.read_text(), "0:0-1024 0:1024-2048 0:2048-3072");
}

TEST_F(PageCaches, nothing_is_read_ahead_of_the_end) {
  archive_.add(0, 1500);
  page(0);
  page(1024);
  EXPECT_EQ(archive_.read_text(), "0:0-1024 0:1024-2048");
}

TEST_F(PageCaches, who_asks_for_what_is_being_read_ahead_shares_the_read) {
  begin_to_read_ahead();
  const Answer ahead = ask(2048);
  run();
  EXPECT_EQ(range(ahead->value().value()), "2048-3072");
  EXPECT_EQ(probe_.shared, 1u);
}

// ---- failing and forgetting

TEST_F(PageCaches, an_error_goes_to_everyone_who_waits_and_is_not_remembered) {
  archive_.add(0, 5000);
  archive_.unavailable = true;
  const Answer first = ask(10), second = ask(20);
  run();
  EXPECT_EQ(first->value().error().code, "unavailable");
  EXPECT_EQ(second->value().error().code, "unavailable");
  EXPECT_EQ(probe_.failed, 1u);
  archive_.unavailable = false;
  EXPECT_EQ(range(page(10)), "0-1024");
}

TEST_F(PageCaches, forgotten_pages_are_read_again) {
  archive_.add(0, 5000);
  const ChannelPtr other = channel(8);
  page(10);
  page(10, other);
  cache().forget(7);
  archive_.read_text();
  page(10, other);
  EXPECT_EQ(archive_.read_text(), "");
  page(10);
  EXPECT_EQ(archive_.read_text(), "0:0-1024");
}

TEST_F(PageCaches, a_read_that_was_under_way_when_its_channel_was_forgotten_is_discarded) {
  archive_.add(0, 5000);
  const Answer before = ask(10);
  cache().forget(7);
  poll();
  run();
  EXPECT_EQ(before->value().error().code, "unavailable");
  EXPECT_EQ(probe_.bytes, 0u);
  archive_.read_text();
  EXPECT_EQ(range(page(10)), "0-1024");
  EXPECT_EQ(archive_.read_text(), "0:0-1024");
}

// ---- the budget

TEST_F(PageCaches, the_least_recently_used_page_goes_first) {
  archive_.add(0, 1024 * 20);
  const std::size_t one = page(0)->bytes;
  limit_ = one * 5 / 2;
  cache_.reset();
  page(0);
  page(2048);
  page(0);
  page(4096);
  EXPECT_LE(probe_.bytes, limit_);
  archive_.read_text();
  page(0);
  page(4096);
  EXPECT_EQ(archive_.read_text(), "");
  page(2048);
  EXPECT_EQ(archive_.read_text(), "0:2048-3072");
}

TEST_F(PageCaches, a_page_over_the_whole_budget_is_given_and_not_kept) {
  archive_.add(0, 5000);
  limit_ = 10;
  EXPECT_EQ(range(page(0)), "0-1024");
  EXPECT_EQ(probe_.bytes, 0u);
}

TEST_F(PageCaches, a_part_over_the_whole_budget_still_leads_to_the_next) {
  archive_.add(0, 1024, 1000);
  archive_.part_bytes = 250'000;
  limit_ = 10;
  EXPECT_EQ(range(page(1000)), "768-1024 end");
}

}  // namespace
}  // namespace tailrace
