// All shards and the page cache, each on a thread of its own; ingest's feed into them. publish() is called on ingest's
// thread; a shard that can't keep up loses its inbox, never a record: its logs begin again at the newest place, and its
// cursors read what they missed as pages.
#pragma once

#include "shard/shard.h"

#include <boost/asio/executor_work_guard.hpp>

#include <thread>

namespace tailrace {

struct ShardPoolOptions {
  std::size_t shards = 1;
  std::size_t page_bytes = 64 << 20;
  ShardOptions shard;
};

class ShardPool final : public Feed {
 public:
  ShardPool(ShardPoolOptions options, const std::set<std::string>& expected, Archive& archive);
  ~ShardPool() override;  // stop() first

  void start();
  void stop();  // ends the loops and joins the threads; sessions go with their shards
  void publish(FeedEvent event) override;

  Shard& next();  // round-robin, for a new connection; the listener's thread only
  std::size_t size() const { return shards_.size(); }
  Shard& shard(std::size_t index) { return *shards_[index]; }
  const ShardProbe& probe(std::size_t index) const { return *probes_[index]; }
  const PageCacheProbe& pages_probe() const { return pages_probe_; }

 private:
  using Work = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;
  struct Newest {
    Offsets head;
    std::uint64_t sequence = 0;
  };

  void follow(const FeedEvent& event);
  void start_thread(boost::asio::io_context& io);

  PageCacheProbe pages_probe_;
  boost::asio::io_context pages_io_{1};
  PageCache pages_;
  std::vector<std::unique_ptr<ShardProbe>> probes_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::unordered_map<ChannelId, Newest> newest_;  // ingest's thread
  std::vector<Work> work_;
  std::vector<std::thread> threads_;
  std::size_t turn_ = 0;
};

}  // namespace tailrace
