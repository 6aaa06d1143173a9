// Decides what all channel logs together may keep. Ingest owns it (one thread): it counts what is appended, in the same
// segments as the logs cut, and says how far each log is trimmed. Nothing here scans channels: segments are evicted in
// the order in which they were begun. Pure; time is an argument.
#pragma once

#include "log/feed.h"
#include "log/segment.h"

#include <deque>
#include <unordered_map>
#include <unordered_set>

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
    Millis begun = 0;
    Millis newest = 0;
  };
  struct Log {
    std::uint64_t generation = 0;
    std::deque<Kept> segments;
    std::uint64_t tail = 0;
    std::size_t records = 0;
    std::size_t dropped_early = 0;  // segments gone whose turn in order_ is still to come
  };
  struct Turn {
    ChannelId channel;
    std::uint64_t generation;
  };

  Log* log_of(const Turn& turn);
  bool must_go(const Log& log, Millis now) const;
  void drop_front(ChannelId channel, Log& log);

  KeepLimits limits_;
  std::size_t bytes_ = 0;
  std::uint64_t generations_ = 0;
  std::unordered_map<ChannelId, Log> logs_;
  std::deque<Turn> order_;  // one per segment, oldest first
  std::unordered_set<ChannelId> trimmed_;
};

}  // namespace tailrace
