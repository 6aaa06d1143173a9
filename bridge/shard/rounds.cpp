#include "shard/rounds.h"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace tailrace {

namespace {

constexpr auto kLongestPause = std::chrono::milliseconds(20);
constexpr auto kSlice = std::chrono::milliseconds(1);

}  // namespace

void Rounds::ready(Served& served) {
  if (served.round_hook.is_linked()) return;
  waiting_.push_back(served);
  schedule();
}

void Rounds::schedule() {
  if (scheduled_) return;
  scheduled_ = true;
  if (Clock::now() >= earliest_) return post_turn();
  timer_.expires_at(earliest_);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) turn();
  });
}

void Rounds::post_turn() {
  boost::asio::post(io_, [this] { turn(); });
}

void Rounds::turn() {
  if (current_.empty()) {
    current_.swap(waiting_);
    took_ = {};
  }
  const auto began = Clock::now();
  auto now = began;
  while (!current_.empty() && now - began < kSlice) {
    Served& served = current_.front();
    current_.pop_front();
    served.serve();
    now = Clock::now();
  }
  took_ += now - began;
  if (!current_.empty()) return post_turn();
  finish();
}

void Rounds::finish() {
  add(probe_.rounds);
  add(probe_.round_nanoseconds, static_cast<std::uint64_t>(std::chrono::nanoseconds(took_).count()));
  earliest_ = Clock::now() + std::min<Clock::duration>(took_, kLongestPause);
  scheduled_ = false;
  if (!waiting_.empty()) schedule();
}

}  // namespace tailrace
