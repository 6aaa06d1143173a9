// Everything that can be configured, as valid values. Made once while starting (and again by a reload) from flags,
// environment and file; immutable afterwards. What is here with which key, text and bounds: config/declarations.cpp.
#pragma once

#include "config/address.h"
#include "config/channel_rule.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tailrace {

using Duration = std::chrono::milliseconds;

// What a client may cost. Each refusal has its code and its counter.
struct LimitSettings {
  std::uint32_t connections = 0;  // never 0 once loaded
  std::uint32_t connections_per_address = 1'000;
  std::uint64_t message_bytes = 64 << 10;
  std::uint32_t message_rate = 100;  // a second
  std::uint32_t message_burst = 2'000;
  std::uint32_t subscriptions = 1'000;
  Duration handshake_timeout{10'000};
  std::uint64_t header_bytes = 16 << 10;
};

// Bounds of the in-memory logs beside the memory budget; 0 is none.
struct HotSettings {
  Duration age{0};
  std::uint64_t records = 0;
};

enum class LogLevel : std::uint8_t { trace, debug, info, warn, error };
enum class LogFormat : std::uint8_t { text, json };

// The diagnostics (the logger), not the data.
struct LoggerSettings {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::text;
};

struct Settings {
  std::vector<std::string> brokers{"localhost:9092"};
  std::vector<ChannelRule>
      channels;  // the `channels` setting, then the `topics` as rules; the first for a topic has it
  std::vector<std::string> topics;
  std::map<std::string, std::string> kafka;  // librdkafka's own settings; those from files are read already
  std::string kafka_address;                 // what the page shows; never empty

  ListenAddress listen{"127.0.0.1", 8080, {}};
  ListenAddress admin{"127.0.0.1", 8081, {}};
  bool allow_public = false;
  std::string public_url;  // empty, or scheme://host[:port][/path] without a slash at the end
  std::vector<std::string> origins;
  std::string web;  // the page's directory; empty: serve none

  std::uint64_t memory = 0;   // bytes; never 0 once loaded
  std::uint32_t shards = 0;   // never 0 once loaded
  std::uint32_t readers = 2;  // Kafka handles that read pages back
  Duration warm{120'000};
  HotSettings hot;

  Duration heartbeat{15'000};
  Duration stall_timeout{60'000};
  Duration drain_grace{5'000};
  Duration drain{20'000};
  LimitSettings limits;
  LoggerSettings logger;
  bool watch = false;  // reload when the file changes

  std::map<std::string, std::string> places;  // key → where it was set: "tailrace.yaml:7", "--memory"; else the default
};

}  // namespace tailrace
