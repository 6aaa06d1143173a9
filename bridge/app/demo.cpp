#include "app/demo.h"

#include "app/bridge.h"
#include "kafka/demo_broker.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <system_error>

namespace tailrace {

namespace {

Settings demo_settings(const DemoBroker& broker, Settings settings) {
  settings.brokers = {broker.address()};
  settings.kafka_address = broker.address();
  const KafkaSettings kafka = broker.settings();
  settings.kafka.insert(kafka.properties.begin(), kafka.properties.end());
  settings.kafka.emplace("fetch.wait.max.ms", std::to_string(kafka.fetch_wait_ms));
  settings.drain_grace = settings.drain = Duration(0);
  return settings;
}

// What to type: the bare name only where a shell would find this very program by it.
std::string own_command() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const auto found = std::filesystem::path(folder) / "tailrace";
    if (std::filesystem::exists(found, error))
      return std::filesystem::equivalent(found, program, error) ? "tailrace" : program.string();
  }
  return program.string();
}

void greet(const std::string& page, const std::string& kafka) {
  std::printf("http://%s\n\nYour own records, in another terminal:\n", page.c_str());
  std::printf("  echo '{\"temperature\": 21.5}' | kcat -P -b %s -t my-topic\n", kafka.c_str());
  std::printf("  %s produce --brokers %s --topic my-topic --rate 10\n\nCtrl-C ends it.\n", own_command().c_str(),
              kafka.c_str());
  std::fflush(stdout);
}

std::unique_ptr<DemoBroker> start_broker(std::uint16_t port) {
  try {
    return std::make_unique<DemoBroker>(port);
  } catch (const std::system_error& refused) {
    throw std::runtime_error(std::string("--kafka-port: ") + refused.what() + "; choose another with --kafka-port");
  }
}

}  // namespace

int run_demo(const DemoOptions& options, Settings settings, const StartFeed& start_feed) {
  const auto started = start_broker(options.kafka_port);
  DemoBroker& broker = *started;
  Bridge bridge(demo_settings(broker, std::move(settings)), {}, own_command());
  // The broker knows no times, so the back-dated records must come after the reading began: then the log has them all.
  std::shared_ptr<void> feed;
  greet(bridge.address(), broker.address());  // before the first line of the log
  return bridge.run([&] {
    bridge.when_ready([&] { feed = start_feed(broker.address()); });
  });
}

}  // namespace tailrace
