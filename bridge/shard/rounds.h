// When sessions are served. From idle a round starts at once; under load the next starts no sooner than the last one took
// (at most 20 ms): that is what turns load into bigger writes instead of backlog. A round yields every millisecond, so
// that commands and new connections get their turn, and resumes where it stopped. Lives on its shard's thread.
#pragma once

#include "log/reader.h"
#include "shard/shard_probe.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace tailrace {

// Someone who can be served in a round.
class Served {
 public:
  virtual ~Served() = default;
  virtual void serve() = 0;

  hooks::Hook round_hook;
};

class Rounds {
 public:
  Rounds(boost::asio::io_context& io, ShardProbe& probe) : io_(io), timer_(io), probe_(probe) {}

  void ready(Served& served);  // to be served in the next round; saying it twice is one

 private:
  using Clock = std::chrono::steady_clock;
  using List = boost::intrusive::list<Served, boost::intrusive::member_hook<Served, hooks::Hook, &Served::round_hook>,
                                      boost::intrusive::constant_time_size<false>>;

  void schedule();
  void post_turn();
  void turn();
  void finish();

  boost::asio::io_context& io_;
  boost::asio::steady_timer timer_;
  ShardProbe& probe_;
  List waiting_;  // for the next round
  List current_;
  bool scheduled_ = false;
  Clock::duration took_{};  // by the round under way, without the time it yielded
  Clock::time_point earliest_{};
};

}  // namespace tailrace
