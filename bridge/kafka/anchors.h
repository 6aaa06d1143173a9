// Single records for positions: what stood last before a place. Has a thread of its own; ask
// from any thread, the answer comes on that one.
#pragma once

#include "kafka/archive_probe.h"
#include "kafka/probe.h"
#include "kafka/short_cache.h"
#include "log/archive.h"

#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <functional>
#include <optional>
#include <tuple>
#include <vector>

namespace tailrace {

class Anchors {
 public:
  using LastsDone = std::function<void(Result<LastUpdates>)>;

  Anchors(const KafkaSettings& settings, ArchiveProbe& probe);
  ~Anchors();

  void last_before(ChannelPtr channel, std::vector<Place> places, LastsDone done);
  void stop();

 private:
  using Key = std::tuple<ChannelId, Partition, Offset, Offset>;

  LastUpdates find_last(const Channel& channel, const std::vector<Place>& places);
  Offset earliest(const Channel& channel, const Place& place);
  // Answers to all ranges, of which several may be of one partition.
  std::vector<Probed> look(const Channel& channel, const std::vector<ProbeRange>& ranges, int patience_ms);

  ArchiveProbe& probe_;
  std::atomic<bool> stopping_ = false;
  Probe records_;
  ShortCache<Key, Probed> recent_;
  boost::asio::thread_pool thread_{1};
};

}  // namespace tailrace
