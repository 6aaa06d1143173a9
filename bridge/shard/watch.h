// Looks at every session now and then, oldest look first: says a heartbeat to the quiet, ends the stalled. One timer for
// the whole shard, and only who is due is touched. Lives on its shard's thread.
#pragma once

#include "shard/session.h"

namespace tailrace {

struct WatchLimits {
  Millis heartbeat = 15'000;
  Millis stall_timeout = 60'000;
};

class Watch {
 public:
  Watch(boost::asio::io_context& io, WatchLimits limits);

  void add(Session& session, Millis now);
  static void remove(Session& session) { session.watch_hook.unlink(); }

 private:
  using List = boost::intrusive::list<Session, boost::intrusive::member_hook<Session, hooks::Hook, &Session::watch_hook>,
                                      boost::intrusive::constant_time_size<false>>;

  void arm(Millis now);
  void look();
  void look_at(Session& session, Millis now);
  bool stalled(Session& session, const Outlet::Progress& progress, Millis now) const;
  bool hangs(Session& session, const Outlet::Progress& progress, Millis now) const;

  boost::asio::steady_timer timer_;
  const WatchLimits limits_;
  const Millis every_;
  List sessions_;  // soonest due first
  bool armed_ = false;
};

}  // namespace tailrace
