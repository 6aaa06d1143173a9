// Decides what all channel logs together may keep. Ingest owns it (one thread): it counts what is appended, in the same
// segments as the logs cut, and says how far each log is trimmed. Every log stands in two orders, by the turn of its
// oldest segment and by when to look at its age, so nothing here scans channels. Pure; time is an argument.
#pragma once

#include "log/feed.h"
#include "log/segment.h"

#include <deque>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace tailrace {

struct KeepLimits {
  std::size_t bytes = 256 << 20;     // of all logs together
  std::size_t records = 10'000'000;  // of one log
  Millis age = 60 * 60 * 1000;       // of a segment's newest batch
};

class LogKeeper {
 public:
  explicit LogKeeper(KeepLimits limits) : limits_(limits) {}

  void opened(ChannelId channel);  // also after a reset: counts from 0 again
  void closed(ChannelId channel);
  void appended(ChannelId channel, std::size_t bytes, std::size_t records, Millis now);
  std::vector<LogTrimmed> due(Millis now);  // what goes now

  std::size_t bytes() const { return bytes_; }
  Millis oldest() const;  // when the oldest segment began that due() left; 0 where nothing is kept

 private:
  struct Kept {
    SegmentFill fill;
    std::size_t records = 0;
    std::uint64_t turn = 0;
    Millis begun = 0;
    Millis newest = 0;
  };
  struct Log {
    std::deque<Kept> segments;
    std::uint64_t tail = 0;
    std::size_t records = 0;
    Millis look_at = 0;  // its place in by_age_
  };

  void open_segment(ChannelId channel, Log& log, Millis now);
  void drop_front(ChannelId channel, Log& log);
  void drop_aged(Millis now);
  void leave_orders(ChannelId channel, const Log& log);

  KeepLimits limits_;
  std::size_t bytes_ = 0;
  std::uint64_t turns_ = 0;
  std::unordered_map<ChannelId, Log> logs_;
  std::set<std::pair<std::uint64_t, ChannelId>> by_turn_;  // logs that keep something, by their oldest segment's turn
  std::set<std::pair<Millis, ChannelId>> by_age_;  // the same logs; a segment that grew on is looked at too early, once
  std::unordered_set<ChannelId> trimmed_;
};

}  // namespace tailrace
