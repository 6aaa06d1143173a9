#include "commands/kafka_settings.h"

#include "commands/terminal.h"

namespace tailrace {

KafkaSettings reach_kafka(const std::vector<std::string>& brokers,
                          const std::map<std::string, std::string>& properties) {
  KafkaSettings kafka;
  for (const auto& broker : brokers) kafka.brokers += (kafka.brokers.empty() ? "" : ",") + broker;
  kafka.properties.assign(properties.begin(), properties.end());
  return kafka;
}

// "broker/bootstrap: Connect to … failed: Connection refused (after 0ms in state CONNECT, 1 identical error(s) suppressed)"
std::string why_unreachable(const Producer& producer) {
  const auto& reason = producer.unreachable();
  return printable(reason.substr(0, reason.find(" (after ")));
}

std::string no_answer(const Producer& producer) {
  const auto reason = why_unreachable(producer);
  return "does not answer" + (reason.empty() ? "" : " (" + reason + ")");
}

}  // namespace tailrace
