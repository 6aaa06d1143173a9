// Where partitions begin and end, and which offset stands at which time. Has a thread of its own, so that nobody waits
// behind page reads; ask from any thread, the answer comes on that one.
#pragma once

#include "kafka/archive_probe.h"
#include "kafka/offsets_query.h"
#include "kafka/probe.h"
#include "kafka/short_cache.h"
#include "log/archive.h"

#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <functional>
#include <map>
#include <tuple>
#include <vector>

namespace tailrace {

class Questions {
 public:
  using BoundsDone = std::function<void(Result<std::vector<Bounds>>)>;
  using TimesDone = std::function<void(Result<TimeOffsets>)>;

  Questions(const KafkaSettings& settings, ArchiveProbe& probe);
  ~Questions();

  // Asks after the call, so that an end is never older than it; who waits meanwhile shares the answer.
  void bounds(ChannelPtr channel, BoundsDone done);
  // Times are rounded down to a second.
  void times(ChannelPtr channel, std::vector<Millis> at, TimesDone done);
  void stop();

 private:
  struct TimesJob {
    ChannelPtr channel;
    std::vector<Millis> at;
    TimesDone done;
    std::vector<Bounds> bounds;
    TimeOffsets answer;
  };

  void answer_bounds(const ChannelPtr& channel);
  Result<std::vector<Bounds>> ask_bounds(const std::string& topic);
  void begin(TimesJob job);
  void step(TimesJob job);
  Result<Offsets> offsets_at(const TimesJob& job, Millis time);
  Result<Millis> earliest_time(const ChannelPtr& channel, const std::vector<Bounds>& bounds);

  ArchiveProbe& probe_;
  std::atomic<bool> stopping_ = false;
  Probe records_;
  Handle& handle_;
  std::map<ChannelId, std::vector<BoundsDone>> waiting_;
  ShortCache<std::pair<ChannelId, Millis>, Offsets> offsets_;
  ShortCache<ChannelId, Millis> earliest_;
  ShortCache<ChannelId, std::vector<Bounds>> recent_bounds_;  // for times only
  boost::asio::thread_pool thread_{1};
};

}  // namespace tailrace
