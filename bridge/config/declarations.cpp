// The one table of settings.
#include "config/declaration.h"

#include <regex>

namespace tailrace {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kMega = 1 << 20;
constexpr std::uint64_t kGiga = 1 << 30;

bool is_word(std::string_view text) {
  return !text.empty() && text.find_first_of(" \t\n") == std::string_view::npos;
}

bool is_broker(std::string_view text) {
  const auto colon = text.rfind(':');
  if (!is_word(text) || colon == 0) return false;
  if (colon == std::string_view::npos || text.ends_with(']')) return true;
  const auto port = parse_number(text.substr(colon + 1));
  return port && *port >= 1 && *port <= 65535;
}

bool is_origin(std::string_view text) {
  static const std::regex legal(R"(https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?)");
  return std::regex_match(text.begin(), text.end(), legal);
}

bool is_public_url(std::string_view text) {
  static const std::regex legal(R"(https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*)");
  return std::regex_match(text.begin(), text.end(), legal);
}

bool is_anything(std::string_view) {
  return true;
}

std::vector<Declaration<Settings>> declare_kafka() {
  using S = Settings;
  return {
      list<S>({"brokers", "--brokers", "HOST:PORT,…", "Kafka's addresses to begin with."}, &S::brokers,
              text_kind("HOST:PORT", is_broker, kTextSchema)),
      list<S>(
          {"topics", "--topics", "TOPIC,…",
           "Topics to carry, each a channel of its own name. A `^pattern` takes every topic it matches, new ones too."},
          &S::topics, topic_kind())
          .reloadable(),
      channels_declaration(),
      dictionary<S>({"kafka", "--kafka", "KEY=VALUE",
                     "A setting of librdkafka, such as `security.protocol=SASL_SSL`. With `.file` after the key the "
                     "value is read from that file, for secrets."},
                    &S::kafka, "KEY=VALUE, a setting of librdkafka"),
      scalar<S>({"kafka_address", "--kafka-address", "HOST:PORT",
                 "The address of Kafka that the page shows and puts into the lines to paste."},
                &S::kafka_address, text_kind("HOST:PORT", is_broker, kTextSchema))
          .computed_default("the first broker"),
  };
}

std::vector<Declaration<Settings>> declare_listeners() {
  using S = Settings;
  return {
      scalar<S>({"listen", "--listen", "ADDRESS",
                 "Where clients connect: `127.0.0.1:8080`, `[::1]:8080`, `:8080` for every interface, `unix:/path`. "
                 "Port 0 picks a free one."},
                &S::listen, address_kind()),
      scalar<S>({"admin", "--admin", "ADDRESS", "Where metrics, sessions and drain are. Never open it to the world."},
                &S::admin, address_kind()),
      scalar<S>({"public", "--public", "",
                 "Let a listener that is not loopback start although anybody who reaches it may read every channel."},
                &S::allow_public, boolean_kind()),
      scalar<S>({"public_url", "--public-url", "URL",
                 "Where people find the page, when a proxy stands in between: its origin is the own one, its path is "
                 "the prefix."},
                &S::public_url,
                text_kind("http:// or https://, host, optional port and path, no slash at the end", is_public_url,
                          kTextSchema)),
      list<S>({"origins", "--origins", "ORIGIN,…", "Other origins whose pages may connect, compared exactly."},
              &S::origins, text_kind("an origin such as https://app.example.com", is_origin, kTextSchema))
          .reloadable(),
      scalar<S>({"web", "--web", "DIR", "The directory of the page. Empty: no page."}, &S::web,
                text_kind("a directory", is_anything, kTextSchema))
          .computed_default("the page that came with the program"),
  };
}

std::vector<Declaration<Settings>> declare_memory() {
  using S = Settings;
  return {
      scalar<S>({"memory", "--memory", "SIZE", "The one budget for logs, pages, copies and what waiting clients pin."},
                &S::memory, size_kind(kMega, 1024 * kGiga))
          .computed_default("a quarter of the machine's or container's memory, at most 1G"),
      scalar<S>({"shards", "--shards", "N", "Threads that serve clients."}, &S::shards,
                number_kind<std::uint32_t>(1, 256))
          .computed_default("one per core"),
      scalar<S>({"readers", "", "N", "Kafka connections that read older records back."}, &S::readers,
                number_kind<std::uint32_t>(1, 64)),
      scalar<S>({"warm", "--warm", "DURATION",
                 "How far back to read at start, so that returning clients are served from memory."},
                &S::warm, duration_kind(0s, 24h)),
      scalar<S>({"hot.age", "", "DURATION", "Keep no update in memory for longer. 0: only the budget counts."},
                in(&S::hot, &HotSettings::age), duration_kind(0s, 24h * 365)),
      scalar<S>({"hot.records", "", "N", "Keep no more updates of one channel in memory. 0: only the budget counts."},
                in(&S::hot, &HotSettings::records), number_kind<std::uint64_t>(0, 1'000'000'000'000)),
  };
}

std::vector<Declaration<Settings>> declare_life() {
  using S = Settings;
  return {
      scalar<S>({"heartbeat", "--heartbeat", "DURATION",
                 "How often a client hears from the bridge when there is nothing to say."},
                &S::heartbeat, duration_kind(100ms, 10min)),
      scalar<S>({"stall_timeout", "--stall-timeout", "DURATION",
                 "A client that acknowledges none of the bytes waiting for it for so long is closed (4408)."},
                &S::stall_timeout, duration_kind(100ms, 1h)),
      scalar<S>({"drain_grace", "--drain-grace", "DURATION",
                 "At the end: how long the listener goes on after /readyz fails."},
                &S::drain_grace, duration_kind(0s, 10min)),
      scalar<S>({"drain", "--drain", "DURATION", "At the end: over how long the clients are sent away."}, &S::drain,
                duration_kind(0s, 1h)),
      scalar<S>({"watch", "--watch", "", "Reload when the configuration file changes, not only on SIGHUP."}, &S::watch,
                boolean_kind()),
  };
}

std::vector<Declaration<Settings>> declare_limits() {
  using S = Settings;
  using L = LimitSettings;
  const auto limit = [](auto member) { return in(&S::limits, member); };
  return {
      scalar<S>({"limits.connections", "", "N", "Connections in all."}, limit(&L::connections),
                number_kind<std::uint32_t>(1, 10'000'000))
          .reloadable()
          .computed_default("what the descriptor limit allows"),
      scalar<S>({"limits.connections_per_address", "", "N",
                 "Connections from one address; loopback and Unix sockets are exempt (a proxy on the same machine)."},
                limit(&L::connections_per_address), number_kind<std::uint32_t>(1, 10'000'000))
          .reloadable(),
      scalar<S>({"limits.message_bytes", "", "SIZE", "The largest message of a client."}, limit(&L::message_bytes),
                size_kind(1 << 10, 16 * kMega))
          .reloadable(),
      scalar<S>({"limits.message_rate", "", "N", "Messages of one client per second, in the long run."},
                limit(&L::message_rate), number_kind<std::uint32_t>(1, 1'000'000))
          .reloadable(),
      scalar<S>({"limits.message_burst", "", "N", "Messages of one client at once."}, limit(&L::message_burst),
                number_kind<std::uint32_t>(1, 10'000'000))
          .reloadable(),
      scalar<S>({"limits.subscriptions", "", "N", "Subscriptions of one session."}, limit(&L::subscriptions),
                number_kind<std::uint32_t>(1, 100'000))
          .reloadable(),
      scalar<S>({"limits.handshake_timeout", "", "DURATION", "From the connection to the end of its request."},
                limit(&L::handshake_timeout), duration_kind(100ms, 5min))
          .reloadable(),
      scalar<S>({"limits.header_bytes", "", "SIZE", "The request with all its headers."}, limit(&L::header_bytes),
                size_kind(1 << 10, kMega))
          .reloadable(),
  };
}

std::vector<Declaration<Settings>> declare_logger() {
  using S = Settings;
  const auto levels = choice_kind<LogLevel>({{"trace", LogLevel::trace},
                                             {"debug", LogLevel::debug},
                                             {"info", LogLevel::info},
                                             {"warn", LogLevel::warn},
                                             {"error", LogLevel::error}});
  return {
      scalar<S>({"log.level", "--log-level", "LEVEL", "The least level that is written."},
                in(&S::logger, &LoggerSettings::level), levels)
          .reloadable(),
      scalar<S>({"log.format", "--log-format", "FORMAT", "Lines for people, or one JSON object per line."},
                in(&S::logger, &LoggerSettings::format),
                choice_kind<LogFormat>({{"text", LogFormat::text}, {"json", LogFormat::json}})),
  };
}

std::vector<Declaration<Settings>> declare_all() {
  std::vector<Declaration<Settings>> all;
  const auto add = [&all](const std::string& section, std::vector<Declaration<Settings>> part) {
    for (auto& declaration : part) all.emplace_back(std::move(declaration)).section = section;
  };
  add("Kafka and channels", declare_kafka());
  add("Listeners and the page", declare_listeners());
  add("Memory and threads", declare_memory());
  add("Time", declare_life());
  add("Limits of clients", declare_limits());
  add("Log", declare_logger());
  return all;
}

}  // namespace

const std::vector<Declaration<Settings>>& setting_declarations() {
  static const auto all = declare_all();
  return all;
}

const Declaration<Settings>* find_setting(const std::string& key) {
  for (const auto& declaration : setting_declarations())
    if (declaration.key == key) return &declaration;
  return nullptr;
}

}  // namespace tailrace
