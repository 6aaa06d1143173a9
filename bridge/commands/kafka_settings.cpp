#include "commands/kafka_settings.h"

namespace tailrace {

KafkaSettings reach_kafka(const std::vector<std::string>& brokers,
                          const std::map<std::string, std::string>& properties) {
  KafkaSettings kafka;
  for (const auto& broker : brokers) kafka.brokers += (kafka.brokers.empty() ? "" : ",") + broker;
  kafka.properties.assign(properties.begin(), properties.end());
  return kafka;
}

}  // namespace tailrace
