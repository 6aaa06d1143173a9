// The whole bridge: builds everything in order, runs until it is told to stop, stops in reverse. The table of contents.
#pragma once

#include "app/plan.h"
#include "app/reload.h"
#include "base/latest.h"
#include "kafka/kafka_archive.h"
#include "kafka/ingest.h"
#include "net/admin_site.h"
#include "net/main_site.h"

#include <boost/asio/signal_set.hpp>

namespace tailrace {

class Bridge {
 public:
  // `sources`: where the settings came from, to read them again.
  // `demo_program`: what starts the demo that this is, for its page; empty for any other bridge.
  Bridge(Settings settings, SettingSources sources, std::string demo_program = {});
  ~Bridge();

  // Until SIGTERM or SIGINT; the exit code. `started` is called once it listens.
  int run(const std::function<void()>& started = {});
  std::string address() const { return listener_.address(); }
  void when_ready(std::function<void()> step);  // once, on the main thread

 private:
  void await_signal();
  void begin_drain();
  void drain_sessions();
  void await_empty(std::chrono::steady_clock::time_point deadline);
  void finish();
  std::string not_ready() const;
  std::shared_ptr<const Site> main_site(const std::vector<std::string>& origins);
  AdminSite admin_site();
  void stop_soon();
  void apply(const Settings& wanted);

  const Settings settings_;  // as it was started
  std::shared_ptr<const Settings> page_settings_;  // the first shard's: as the page is told
  const std::string demo_program_;
  boost::asio::io_context io_{1};  // the main thread: listeners and signals

  IngestProbe ingest_probe_;
  ArchiveProbe archive_probe_;
  NetProbe net_probe_;
  std::atomic<bool> unready_{false};   // asked to stop: load balancers should look elsewhere
  std::atomic<bool> draining_{false};  // no new WebSockets

  KafkaArchive archive_;  // what is only in Kafka
  ShardPool pool_;        // the shards and the page cache
  Ingest ingest_;         // Kafka into the pool
  const StaticFiles page_;
  Latest<Site> site_;     // what clients are answered: another after a reload
  Listener listener_;     // clients into the pool
  Listener admin_;        // operators
  Reload reload_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer timer_;
  int asked_to_stop_ = 0;
};

}  // namespace tailrace
