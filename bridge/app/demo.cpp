#include "app/demo.h"

#include "app/bridge.h"
#include "kafka/demo_broker.h"

#include <cstdio>

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

void greet(const std::string& page, const std::string& kafka) {
  std::printf("http://%s\n\nYour own records, in another terminal:\n", page.c_str());
  std::printf("  echo '{\"temperature\": 21.5}' | kcat -P -b %s -t my-topic\n", kafka.c_str());
  std::printf("  tailrace produce --brokers %s --topic my-topic --rate 10\n\nCtrl-C ends it.\n", kafka.c_str());
  std::fflush(stdout);
}

}  // namespace

int run_demo(const DemoOptions& options, Settings settings, const StartFeed& start_feed) {
  DemoBroker broker(options.kafka_port);
  Bridge bridge(demo_settings(broker, std::move(settings)), {}, true);
  // The broker knows no times, so the back-dated records must come after the reading began: then the log has them all.
  std::shared_ptr<void> feed;
  return bridge.run([&] {
    greet(bridge.address(), broker.address());
    bridge.when_ready([&] { feed = start_feed(broker.address()); });
  });
}

}  // namespace tailrace
