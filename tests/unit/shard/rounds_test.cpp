#include "shard/rounds.h"

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <thread>

namespace tailrace {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Does what it is told when served, and counts.
class Guest final : public Served {
 public:
  void serve() override {
    ++served;
    if (then) then();
  }

  int served = 0;
  std::function<void()> then;
};

void work_for(milliseconds duration) {
  for (const auto until = Clock::now() + duration; Clock::now() < until;) std::this_thread::yield();
}

class RoundsOf : public testing::Test {
 protected:
  // What can happen now, without waiting for a timer.
  void poll() {
    io_.restart();
    io_.poll();
  }
  void run_until(const std::function<bool()>& done) {
    io_.restart();
    while (!done() && io_.run_one() > 0) {
    }
    EXPECT_TRUE(done());
  }

  boost::asio::io_context io_{1};
  ShardProbe probe_;
  Rounds rounds_{io_, probe_};
  Guest a_, b_, c_;
};

TEST_F(RoundsOf, from_idle_a_round_starts_at_once) {
  rounds_.ready(a_);
  EXPECT_EQ(a_.served, 0);
  poll();
  EXPECT_EQ(a_.served, 1);
  EXPECT_EQ(probe_.rounds, 1u);
}

TEST_F(RoundsOf, saying_it_twice_is_one_serving) {
  rounds_.ready(a_);
  rounds_.ready(b_);
  rounds_.ready(a_);
  poll();
  EXPECT_EQ(a_.served, 1);
  EXPECT_EQ(b_.served, 1);
  EXPECT_EQ(probe_.rounds, 1u);
}

TEST_F(RoundsOf, who_is_ready_again_while_served_has_its_turn_in_the_next_round) {
  std::string order;
  a_.then = [&] {
    order += 'a';
    if (a_.served == 1) rounds_.ready(a_);
  };
  b_.then = [&] { order += 'b'; };
  rounds_.ready(a_);
  rounds_.ready(b_);
  run_until([&] { return a_.served == 2; });
  EXPECT_EQ(order, "aba");
  EXPECT_EQ(probe_.rounds, 2u);
}

TEST_F(RoundsOf, the_next_round_starts_no_sooner_than_the_last_one_took) {
  Clock::time_point ended;
  a_.then = [&] {
    work_for(milliseconds(5));
    ended = Clock::now();
  };
  rounds_.ready(a_);
  poll();
  Clock::time_point began;
  b_.then = [&] { began = Clock::now(); };
  rounds_.ready(b_);
  poll();
  run_until([&] { return b_.served == 1; });
  EXPECT_GE(began - ended, milliseconds(5));
}

// A busy machine may be late any time, but not every time.
TEST_F(RoundsOf, a_long_round_is_not_waited_for_as_long) {
  auto shortest = milliseconds(1000);
  for (int attempt = 0; attempt < 30 && shortest >= milliseconds(80); ++attempt) {
    a_.then = [] { work_for(milliseconds(100)); };
    rounds_.ready(a_);
    run_until([&] { return a_.served == attempt + 1; });
    rounds_.ready(b_);
    const auto began = Clock::now();
    run_until([&] { return b_.served == attempt + 1; });
    shortest = std::min(shortest, std::chrono::duration_cast<milliseconds>(Clock::now() - began));
  }
  EXPECT_LT(shortest, milliseconds(80));
  EXPECT_GE(shortest, milliseconds(15));
}

TEST_F(RoundsOf, a_round_yields_and_resumes_where_it_stopped) {
  std::string order;
  for (Guest* guest : {&a_, &b_, &c_})
    guest->then = [&, guest] {
      order += guest == &a_ ? 'a' : guest == &b_ ? 'b' : 'c';
      work_for(milliseconds(2));
    };
  for (Guest* guest : {&a_, &b_, &c_}) rounds_.ready(*guest);
  boost::asio::post(io_, [&] { order += '!'; });  // a command that came meanwhile
  poll();
  EXPECT_EQ(order, "a!bc");
  EXPECT_EQ(probe_.rounds, 1u);
}

TEST_F(RoundsOf, what_a_round_yielded_counts_for_its_length) {
  for (Guest* guest : {&a_, &b_}) guest->then = [] { work_for(milliseconds(4)); };
  rounds_.ready(a_);
  rounds_.ready(b_);
  poll();
  EXPECT_GE(probe_.round_nanoseconds, 8'000'000u);
}

TEST_F(RoundsOf, who_goes_away_is_not_served) {
  auto gone = std::make_unique<Guest>();
  rounds_.ready(*gone);
  rounds_.ready(a_);
  gone.reset();
  poll();
  EXPECT_EQ(a_.served, 1);
}

TEST_F(RoundsOf, who_goes_away_in_the_middle_of_a_round_is_not_served) {
  auto gone = std::make_unique<Guest>();
  a_.then = [&] { gone.reset(); };
  rounds_.ready(a_);
  rounds_.ready(*gone);
  rounds_.ready(b_);
  poll();
  EXPECT_EQ(b_.served, 1);
}

}  // namespace
}  // namespace tailrace
