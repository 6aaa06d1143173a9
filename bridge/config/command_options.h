// What each command beside `serve` was asked to do, parsed and checked.
#pragma once

#include "config/bridge_url.h"
#include "config/settings.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tailrace {

struct TailOptions {
  BridgeUrl url;
  std::string channel;
  std::string from = "live";
  std::string to;     // empty: for ever
  bool json = false;  // one JSON object a line instead of columns
};

struct ProduceOptions {
  enum class Source { input, generated, demo };

  std::vector<std::string> brokers;
  std::map<std::string, std::string> kafka;
  Source source = Source::input;
  std::string topic;         // not of demo, which has its own
  std::uint64_t rate = 0;    // records a second; 0: as fast as it goes
  std::uint64_t size = 200;  // of a value, about
  std::uint64_t keys = 16;
  std::uint64_t count = 0;       // 0: no end
  Duration run_for{0};           // 0: no end
  Duration back_dated{120'000};  // of demo
};

struct LoadOptions {
  BridgeUrl url;
  std::string channel;
  std::uint32_t clients = 1;
  std::string from = "live";
  Duration run_for{0};            // 0: no such end
  std::uint64_t until_total = 0;  // updates over all clients; 0: no such end
  bool until_live = false;        // end when every client has reached the head it was told
  Duration cut_for{0};            // 0: don't; else all are cut once they stand, stay away so long and come back
  std::uint32_t ramp = 2'000;     // connections a second
  std::uint32_t watch_pid = 0;    // the bridge's process, to report its CPU time and memory; 0: don't
  bool json = false;              // the summary as JSON
};

struct CheckOptions {
  bool connect = false;
};

struct HealthOptions {
  ListenAddress address;
  std::string path = "/readyz";
  Duration timeout{5'000};
};

struct DemoOptions {
  std::uint16_t port = 8080;
  std::uint16_t kafka_port = 9092;
};

}  // namespace tailrace
