#include "base/inbox.h"

#include <gtest/gtest.h>

#include <thread>

namespace tailrace {
namespace {

using Pushed = Inbox<int>::Pushed;

TEST(Inbox, tells_its_owner_once_until_it_was_drained) {
  Inbox<int> inbox(100);
  EXPECT_EQ(inbox.push(1, 10), Pushed::first);
  EXPECT_EQ(inbox.push(2, 10), Pushed::more);
  EXPECT_EQ(inbox.drain(), std::vector<int>({1, 2}));
  EXPECT_EQ(inbox.push(3, 10), Pushed::first);
}

TEST(Inbox, takes_up_to_its_bytes) {
  Inbox<int> inbox(100);
  EXPECT_EQ(inbox.push(1, 60), Pushed::first);
  EXPECT_EQ(inbox.push(2, 41), Pushed::full);
  EXPECT_EQ(inbox.push(3, 40), Pushed::more);
  EXPECT_EQ(inbox.bytes(), 100u);
  EXPECT_EQ(inbox.drain(), std::vector<int>({1, 3}));
  EXPECT_EQ(inbox.bytes(), 0u);
}

TEST(Inbox, one_item_over_the_limit_fits_into_an_empty_one) {
  Inbox<int> inbox(100);
  EXPECT_EQ(inbox.push(1, 1000), Pushed::first);
  EXPECT_EQ(inbox.push(2, 1), Pushed::full);
}

TEST(Inbox, what_weighs_nothing_always_fits) {
  Inbox<int> inbox(100);
  inbox.push(1, 100);
  EXPECT_EQ(inbox.push(2, 0), Pushed::more);
  EXPECT_EQ(inbox.drain(), std::vector<int>({1, 2}));
}

TEST(Inbox, clearing_keeps_the_rest_in_order_and_gives_the_bytes_back) {
  Inbox<int> inbox(100);
  inbox.push(1, 50);
  inbox.push(-2, 0);
  inbox.push(3, 50);
  inbox.push(-4, 0);
  inbox.clear([](int item) { return item > 0; });
  EXPECT_EQ(inbox.bytes(), 0u);
  EXPECT_EQ(inbox.push(5, 100), Pushed::more);
  EXPECT_EQ(inbox.drain(), std::vector<int>({-2, -4, 5}));
}

TEST(Inbox, nothing_gets_lost_between_threads) {
  Inbox<int> inbox(1 << 20);
  constexpr int kItems = 20'000;
  const auto push = [&inbox] {
    for (int i = 0; i < kItems; ++i)
      while (inbox.push(1, 100) == Pushed::full) std::this_thread::yield();
  };
  std::thread one(push), other(push);
  int taken = 0;
  while (taken < 2 * kItems) taken += static_cast<int>(inbox.drain().size());
  one.join();
  other.join();
  EXPECT_EQ(taken, 2 * kItems);
  EXPECT_TRUE(inbox.drain().empty());
}

}  // namespace
}  // namespace tailrace
