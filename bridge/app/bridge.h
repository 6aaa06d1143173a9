// The whole bridge: builds everything in order, runs until it is told to stop, stops in reverse. The table of contents.
#pragma once

#include "app/plan.h"
#include "kafka/kafka_archive.h"
#include "kafka/ingest.h"
#include "net/main_site.h"

#include <boost/asio/signal_set.hpp>

namespace tailrace {

class Bridge {
 public:
  explicit Bridge(Settings settings);
  ~Bridge();

  int run();  // until SIGTERM or SIGINT; the exit code

 private:
  void await_signal();
  void begin_drain();
  void drain_sessions();
  void finish();
  std::string not_ready() const;

  const Settings settings_;
  boost::asio::io_context io_{1};  // the main thread: listeners and signals

  IngestProbe ingest_probe_;
  ArchiveProbe archive_probe_;
  NetProbe net_probe_;
  std::atomic<bool> unready_{false};   // asked to stop: load balancers should look elsewhere
  std::atomic<bool> draining_{false};  // no new WebSockets

  KafkaArchive archive_;  // what is only in Kafka
  ShardPool pool_;        // the shards and the page cache
  Ingest ingest_;         // Kafka into the pool
  Listener listener_;     // clients into the pool
  Listener admin_;        // operators
  boost::asio::signal_set signals_;
  boost::asio::steady_timer timer_;
  int signals_seen_ = 0;
};

}  // namespace tailrace
