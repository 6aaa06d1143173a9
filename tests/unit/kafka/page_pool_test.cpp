#include "kafka/page_pool.h"

#include <gmock/gmock.h>

#include <condition_variable>
#include <mutex>

namespace tailrace {
namespace {

using testing::ElementsAre;

// What all readers of a pool do, seen from the test: each read waits until it is let go.
class Desk {
 public:
  struct Reading {
    int reader = 0;
    std::string what;  // "partition:from"
    bool in_order = false;
    std::string ending = "";  // while it is under way
  };

  // ---- a reader's
  std::string read(int reader, const PageRequest& request) {
    std::unique_lock lock(mutex_);
    readings_.push_back(
        {reader, std::to_string(request.partition) + ":" + std::to_string(request.from), request.in_order});
    const std::size_t mine = readings_.size() - 1;
    changed_.notify_all();
    changed_.wait(lock, [&] { return over_ || !readings_[mine].ending.empty(); });
    return readings_[mine].ending;
  }
  void answer() {
    const std::lock_guard lock(mutex_);
    ++answered_;
    changed_.notify_all();
  }
  void rest(int) {
    const std::lock_guard lock(mutex_);
    ++rested_;
    changed_.notify_all();
  }

  // ---- the test's
  // The nth read (from 0), once it is under way.
  Reading reading(std::size_t n) {
    wait([&] { return readings_.size() > n; });
    const std::lock_guard lock(mutex_);
    return n < readings_.size() ? readings_[n] : Reading{-1, "nothing", false};
  }
  // Lets it end: with a "page", at the "end" of the partition, in an "error", or with "no handle" to be had.
  void end(std::size_t n, const std::string& how = "page") {
    reading(n);
    const std::lock_guard lock(mutex_);
    if (n < readings_.size()) readings_[n].ending = how;
    changed_.notify_all();
  }
  // Their readers are free then, for whoever asks from now on.
  void wait_answered(int count) {
    wait([&] { return answered_ >= count; });
  }
  void wait_rested() {
    wait([&] { return rested_ > 0; });
  }
  void let_all_go() {
    const std::lock_guard lock(mutex_);
    over_ = true;
    changed_.notify_all();
  }
  std::size_t begun() {
    const std::lock_guard lock(mutex_);
    return readings_.size();
  }

 private:
  void wait(const std::function<bool()>& done) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::minutes(2), done));
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Reading> readings_;
  int answered_ = 0;
  int rested_ = 0;
  bool over_ = false;
};

class FakeReader final : public PageSource {
 public:
  FakeReader(int number, Desk& desk) : number_(number), desk_(desk) {}

  Result<PagePtr> read(const PageRequest& request) override {
    const std::string ending = desk_.read(number_, request);
    if (ending == "error") return Error{"unavailable", ""};
    if (ending == "no handle") throw StartError(ending);
    auto page = std::make_shared<Page>();
    page->from = request.from;
    page->next = request.end;
    page->at_end = ending == "end";
    return page;
  }
  void rest() override { desk_.rest(number_); }
  void serve() override {}

 private:
  const int number_;
  Desk& desk_;
};

class PagePoolOf : public testing::Test {
 protected:
  PagePoolOf() {
    auto channel = std::make_shared<Channel>();
    channel->id = 1;
    channel_ = channel;
  }
  ~PagePoolOf() override { desk_.let_all_go(); }

  void start(std::size_t readers) {
    auto make = [this, number = 0](const std::atomic<bool>&) mutable {
      return std::make_unique<FakeReader>(number++, desk_);
    };
    pool_ = std::make_unique<PagePool>(make, readers, probe_);
  }
  void ask(Partition partition, Offset page = 0, bool in_order = false, std::uint64_t generation = 0) {
    ++asked_;
    PageRequest request{channel_, partition, page * kPageSpan, (page + 1) * kPageSpan};
    request.in_order = in_order;
    request.generation = generation;
    pool_->read(std::move(request), [this](const Result<PagePtr>&) { desk_.answer(); });
  }
  // Ends what is under way, from the nth read on, one after the other; what was read.
  std::vector<std::string> read_on(std::size_t from = 0) {
    std::vector<std::string> all;
    for (std::size_t n = from; n < asked_; ++n) {
      all.push_back(desk_.reading(n).what);
      desk_.end(n);
    }
    return all;
  }

  ChannelPtr channel_;
  ArchiveProbe probe_;
  Desk desk_;
  std::size_t asked_ = 0;
  std::unique_ptr<PagePool> pool_;  // stops first
};

TEST_F(PagePoolOf, who_comes_first_is_served_first) {
  start(1);
  for (const Partition p : {4, 2, 5, 1, 3}) ask(p);
  EXPECT_THAT(read_on(), ElementsAre("4:0", "2:0", "5:0", "1:0", "3:0"));
}

TEST_F(PagePoolOf, as_many_pages_are_read_at_once_as_there_are_readers) {
  start(2);
  for (const Partition p : {0, 1, 2}) ask(p);
  EXPECT_NE(desk_.reading(0).reader, desk_.reading(1).reader);
  EXPECT_EQ(desk_.begun(), 2u);
  desk_.end(1);
  EXPECT_EQ(desk_.reading(2).reader, desk_.reading(1).reader);
}

TEST_F(PagePoolOf, a_reader_goes_on_where_it_stands_before_those_who_came_earlier) {
  start(1);
  ask(0, 0);
  ask(1, 0);
  ask(0, 1);
  EXPECT_THAT(read_on(), ElementsAre("0:0", "0:1024", "1:0"));
}

TEST_F(PagePoolOf, a_few_times_in_a_row_then_the_first_in_the_queue_has_its_turn) {
  start(1);
  ask(0, 0);
  ask(1, 0);
  for (Offset page = 1; page <= 20; ++page) ask(0, page);
  const auto all = read_on();
  EXPECT_EQ(std::ranges::find(all, "1:0") - all.begin(), 9) << "one, and eight that went on";
}

TEST_F(PagePoolOf, after_its_turn_out_of_the_queue_a_reader_may_go_on_again) {
  start(1);
  for (Offset page = 0; page < 20; ++page)
    for (Partition p = 0; p < 3; ++p) ask(p, page);
  const auto all = read_on();
  std::string order;
  for (const auto& one : all) order += one[0];
  EXPECT_EQ(order.substr(0, 9), "000000000");
  EXPECT_EQ(std::ranges::count(order, '0'), 20);
  int changes = 0;
  for (std::size_t i = 1; i < order.size(); ++i) changes += order[i] != order[i - 1];
  EXPECT_LE(changes, 8) << order;
}

TEST_F(PagePoolOf, who_read_to_the_end_or_failed_stands_nowhere) {
  for (const char* how : {"end", "error", "no handle"}) {
    start(1);
    const std::size_t first = asked_;
    ask(0, 0);
    ask(1, 0);
    ask(0, 1);
    desk_.end(first, how);
    EXPECT_EQ(desk_.reading(first + 1).what, "1:0") << how;
    read_on(first + 1);
  }
}

TEST_F(PagePoolOf, the_reader_that_stands_there_is_the_one_that_is_asked) {
  start(3);
  for (const Partition p : {0, 1, 2}) ask(p);
  const auto second = desk_.reading(1);
  for (const std::size_t n : {0u, 1u, 2u}) desk_.end(n);
  desk_.wait_answered(3);
  ask(second.what[0] - '0', 1);
  EXPECT_EQ(desk_.reading(3).reader, second.reader);
}

TEST_F(PagePoolOf, what_was_read_of_another_history_is_no_place_to_go_on_from) {
  start(1);
  ask(0, 0);
  ask(1, 0);
  ask(0, 1, false, 1);
  EXPECT_THAT(read_on(), ElementsAre("0:0", "1:0", "0:1024"));
}

TEST_F(PagePoolOf, more_of_the_same_is_expected_only_where_nobody_else_waits) {
  start(1);
  ask(0, 0, true);
  EXPECT_TRUE(desk_.reading(0).in_order);
  ask(0, 1, true);
  ask(1, 0, true);
  desk_.end(0);
  EXPECT_FALSE(desk_.reading(1).in_order);
  desk_.end(1);
  EXPECT_TRUE(desk_.reading(2).in_order);
}

TEST_F(PagePoolOf, a_reader_that_is_not_asked_for_a_while_gives_up_its_place) {
  start(1);
  ask(0, 0);
  desk_.end(0);
  desk_.wait_rested();
}

TEST_F(PagePoolOf, counts_those_who_wait) {
  start(1);
  for (const Partition p : {0, 1, 2}) ask(p);
  desk_.end(0);
  desk_.reading(1);
  EXPECT_EQ(probe_.waiting, 1);
  read_on(1);
  EXPECT_EQ(probe_.waiting, 0);
}

}  // namespace
}  // namespace tailrace
