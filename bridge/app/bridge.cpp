#include "app/bridge.h"

#include "net/admin_site.h"

#include <spdlog/spdlog.h>

#include <random>

namespace tailrace {

namespace {

MainSite main_site(const Settings& settings, std::function<std::string()> not_ready, std::function<bool()> draining,
                   std::function<std::string()> channels) {
  return {base_path(settings), origin_rules(settings), StaticFiles(settings.web), std::move(not_ready), std::move(draining),
          std::move(channels)};
}

}  // namespace

Bridge::Bridge(Settings settings)
    : settings_(std::move(settings)),
      archive_(kafka_settings(settings_), settings_.readers, archive_probe_),
      pool_(pool_options(settings_), expected_channels(settings_), archive_),
      ingest_(kafka_settings(settings_), channel_specs(settings_), ingest_limits(settings_), pool_, ingest_probe_),
      listener_(io_, settings_.listen, connection_limits(settings_), http_limits(settings_),
                make_main_site(main_site(settings_, [this] { return not_ready(); }, [this] { return draining_.load(); },
                                         [] { return std::string("{}"); }),
                               net_probe_),
                pool_, net_probe_),
      admin_(io_, settings_.admin, {1000, 1000}, http_limits(settings_), make_admin_site(pool_), pool_, net_probe_),
      signals_(io_, SIGTERM, SIGINT), timer_(io_) {}

// Ingest and listeners go first, being last; but before the pool may go, no answer of the archive may be under way.
Bridge::~Bridge() {
  archive_.stop();
  pool_.stop();
}

std::string Bridge::not_ready() const {
  if (unready_) return "draining";
  return ingest_probe_.reachable ? "" : "Kafka is not reachable";
}

int Bridge::run() {
  pool_.start();
  ingest_.start();
  listener_.start();
  admin_.start();
  spdlog::info("listening on {}", listener_.address());
  spdlog::info("admin on {}", admin_.address());
  await_signal();
  io_.run();
  return 0;
}

// The first asks for a drain, the second for an end.
void Bridge::await_signal() {
  signals_.async_wait([this](const boost::system::error_code& error, int) {
    if (error) return;
    if (++signals_seen_ > 1) return finish();
    begin_drain();
    await_signal();
  });
}

void Bridge::begin_drain() {
  spdlog::info("draining: not ready from now on, {} ms until sessions are asked to leave", settings_.drain_grace.count());
  unready_ = true;
  timer_.expires_after(settings_.drain_grace);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) drain_sessions();
  });
}

// Everyone is told to come back at a moment of their own, so that the next bridge is not stormed.
void Bridge::drain_sessions() {
  draining_ = true;
  const auto spread = settings_.drain.count();
  for (std::size_t i = 0; i < pool_.size(); ++i) {
    Shard& shard = pool_.shard(i);
    shard.post([&shard, spread] {
      std::mt19937_64 random{std::random_device{}()};
      for (Session* session : std::vector(shard.sessions().begin(), shard.sessions().end()))
        session->drain(static_cast<Millis>(random() % static_cast<std::uint64_t>(spread + 1)));
    });
  }
  timer_.expires_after(settings_.drain);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) finish();
  });
}

void Bridge::finish() {
  listener_.stop();
  admin_.stop();
  io_.stop();
}

}  // namespace tailrace
