#include "app/bridge.h"

#include "app/metrics.h"
#include "app/page_info.h"
#include "base/logger.h"

#include <spdlog/spdlog.h>

#include <csignal>
#include <random>
#include <thread>

namespace tailrace {

namespace {

// librdkafka 2.0.2 may wait for ever for a thread of its own, as after it lost its right to a topic. What matters is done
// by then: nobody is connected any more and nothing is kept.
void end_in_any_case() {
  constexpr std::chrono::seconds kPatience{10};
  std::thread([=] {
    std::this_thread::sleep_for(kPatience);
    spdlog::warn("librdkafka does not end: ending without it");
    std::_Exit(0);
  }).detach();
}

}  // namespace

Bridge::Bridge(Settings settings, SettingSources sources, std::string demo_program)
    : settings_(std::move(settings)), page_settings_(std::make_shared<const Settings>(settings_)), demo_program_(std::move(demo_program)),
      archive_(kafka_settings(settings_), settings_.readers, archive_probe_),
      pool_(pool_options(settings_), expected_channels(settings_), archive_),
      ingest_(kafka_settings(settings_), channel_specs(settings_), ingest_limits(settings_), pool_, ingest_probe_),
      page_(settings_.web), site_(main_site(settings_.origins)),
      listener_(io_, settings_.listen, connection_limits(settings_), http_limits(settings_),
                [this](const HttpRequest& request, Respond respond) { (*site_.get())(request, std::move(respond)); }, pool_,
                net_probe_),
      admin_(io_, settings_.admin, {1000, 1000}, http_limits(settings_), make_admin_site(admin_site()), pool_, net_probe_),
      reload_(io_, std::move(sources), settings_, [this](const Settings& wanted) { apply(wanted); }),
      signals_(io_, SIGTERM, SIGINT), timer_(io_) {}

// Ingest and listeners go first, being last; but before the pool may go, no answer of the archive may be under way, and no
// accept: it holds a socket of a shard.
Bridge::~Bridge() {
  finish();
  io_.restart();
  io_.poll();
  archive_.stop();
  pool_.stop();
}

std::shared_ptr<const Site> Bridge::main_site(const std::vector<std::string>& origins) {
  const auto channels = [this](Respond respond) {
    Shard& shard = pool_.shard(0);
    shard.post([this, &shard, respond = std::move(respond)] {
      respond(HttpResponse::json(page_info_json(*page_settings_, demo_program_, shard.summaries())));
    });
  };
  OriginRules rules = origin_rules(settings_);
  rules.allowed = origins;
  return std::make_shared<const Site>(make_main_site({base_path(settings_), std::move(rules), page_,
                                                      [this] { return not_ready(); }, [this] { return draining_.load(); }, channels},
                                                     net_probe_));
}

AdminSite Bridge::admin_site() {
  const OriginRules own{"", {}, settings_.admin.is_loopback() && !settings_.admin.is_unix()};
  return {pool_, own,
          [this](std::vector<Offset> lags) {
            return metrics_text({ingest_probe_, archive_probe_, net_probe_, pool_, settings_.memory, std::move(lags)});
          },
          [this] { boost::asio::post(io_, [this] { stop_soon(); }); }};
}

std::string Bridge::not_ready() const {
  if (unready_) return "draining";
  return ingest_probe_.reachable ? "" : "Kafka is not reachable";
}

void Bridge::when_ready(std::function<void()> step) {
  if (not_ready().empty()) return step();
  const auto timer = std::make_shared<boost::asio::steady_timer>(io_, std::chrono::milliseconds(20));
  timer->async_wait([this, timer, step = std::move(step)](const boost::system::error_code& error) {
    if (!error) when_ready(step);
  });
}

int Bridge::run(const std::function<void()>& started) {
  pool_.start();
  ingest_.start();
  listener_.start();
  admin_.start();
  spdlog::info("listening on {}", listener_.address());
  spdlog::info("admin on {}", admin_.address());
  if (!settings_.listen.is_loopback())
    spdlog::warn("this listener is not loopback: anybody who reaches it may read every channel");
  await_signal();
  if (demo_program_.empty()) reload_.start();
  if (started) started();
  io_.run();
  // It is ending already: nobody needs to ask again.
  signals_.clear();
  std::signal(SIGTERM, SIG_IGN);
  std::signal(SIGINT, SIG_IGN);
  end_in_any_case();
  return 0;
}

// What can change while it runs: channels, limits, origins, the least level of the log.
void Bridge::apply(const Settings& wanted) {
  site_.set(main_site(wanted.origins));
  set_log_level(log_level(wanted));
  ingest_.change(channel_specs(wanted));
  listener_.change(connection_limits(wanted), http_limits(wanted));
  const SessionLimits limits = pool_options(wanted).shard.limits;
  for (std::size_t i = 0; i < pool_.size(); ++i) {
    Shard& shard = pool_.shard(i);
    shard.post([&shard, limits, expected = expected_channels(wanted)] { shard.change(limits, expected); });
  }
  pool_.shard(0).post([this, page = std::make_shared<const Settings>(wanted)] { page_settings_ = page; });
}

// The first asks for a drain, the second for an end.
void Bridge::await_signal() {
  signals_.async_wait([this](const boost::system::error_code& error, int) {
    if (error) return;
    stop_soon();
    await_signal();
  });
}

void Bridge::stop_soon() {
  if (++asked_to_stop_ > 1) return finish();
  begin_drain();
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
  const auto deadline = std::chrono::steady_clock::now() + settings_.drain;
  await_empty(deadline);
}

// Until the last session is gone, or the time is up.
void Bridge::await_empty(std::chrono::steady_clock::time_point deadline) {
  std::uint64_t sessions = 0;
  for (std::size_t i = 0; i < pool_.size(); ++i) sessions += pool_.probe(i).sessions;
  if (sessions == 0 || std::chrono::steady_clock::now() >= deadline) return finish();
  timer_.expires_after(std::chrono::milliseconds(50));
  timer_.async_wait([this, deadline](const boost::system::error_code& error) {
    if (!error) await_empty(deadline);
  });
}

void Bridge::finish() {
  listener_.stop();
  admin_.stop();
  io_.stop();
}

}  // namespace tailrace
