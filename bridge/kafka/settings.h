// How to reach Kafka. A value, made by configuration; every handle is made from it (kafka/handle.h).
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace tailrace {

struct KafkaSettings {
  std::string brokers;                                          // host:port,host:port
  std::vector<std::pair<std::string, std::string>> properties;  // librdkafka's own, passed through
  int fetch_wait_ms = 100;  // how long a broker may hold an idle fetch (1 or 2 with the mock cluster)
};

}  // namespace tailrace
