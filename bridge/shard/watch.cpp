#include "shard/watch.h"

#include "base/clock.h"
#include "wire/reply.h"

#include <algorithm>

namespace tailrace {

Watch::Watch(boost::asio::io_context& io, WatchLimits limits)
    : timer_(io), limits_(limits),
      every_(std::clamp<Millis>(std::min(limits.heartbeat / 2, limits.stall_timeout / 4), 10, 15'000)) {}

void Watch::add(Session& session, Millis now) {
  session.watch = {now + every_, now, 0, now, 0, now};
  sessions_.push_back(session);
  arm(now);
}

void Watch::arm(Millis now) {
  if (armed_ || sessions_.empty()) return;
  armed_ = true;
  timer_.expires_after(std::chrono::milliseconds(std::max<Millis>(1, sessions_.front().watch.due - now)));
  timer_.async_wait([this](const boost::system::error_code& error) {
    armed_ = false;
    if (!error) look();
  });
}

void Watch::look() {
  const Millis now = steady_millis();
  while (!sessions_.empty() && sessions_.front().watch.due <= now) {
    Session& session = sessions_.front();
    sessions_.pop_front();
    session.watch.due = now + every_;
    sessions_.push_back(session);
    look_at(session, now);
  }
  arm(now);
}

void Watch::look_at(Session& session, Millis now) {
  const auto held = session.shared_from_this();
  const auto progress = session.outlet().progress();
  if (stalled(session, progress, now)) return session.stalled("stalled");
  if (hangs(session, progress, now)) return session.stalled("a message that does not end");
  const bool quiet = now - session.watch.last_sent + every_ > limits_.heartbeat;
  if (quiet && !session.outlet().blocked()) session.say(heartbeat_frame(now_millis()));
}

// Bytes are waiting, and none was acknowledged for the whole time. Pongs prove nothing: they wait behind the data.
bool Watch::stalled(Session& session, const Outlet::Progress& progress, Millis now) const {
  if (!progress.waiting || progress.acknowledged != session.watch.acknowledged) {
    session.watch.acknowledged = progress.acknowledged;
    session.watch.acknowledged_at = now;
    return false;
  }
  return now - session.watch.acknowledged_at >= limits_.stall_timeout;
}

// A message of the client's has begun and does not end: what came of it would be held for ever.
bool Watch::hangs(Session& session, const Outlet::Progress& progress, Millis now) const {
  if (progress.message == 0 || progress.message != session.watch.message) {
    session.watch.message = progress.message;
    session.watch.message_since = now;
    return false;
  }
  return now - session.watch.message_since >= limits_.stall_timeout;
}

}  // namespace tailrace
