// Whether Kafka has what the settings ask for: brokers that answer, topics that exist, the right to read them. Asked
// the way the bridge itself does.
#pragma once

#include "config/settings.h"

#include <string>
#include <vector>

namespace tailrace {

struct KafkaFindings {
  bool good = true;
  std::vector<std::string> lines;
};

// Throws StartError where librdkafka refuses the settings meant for it. Asks nobody.
void check_kafka_settings(const Settings& settings);

// Gives brokers that do not answer five seconds, topics twenty. Throws as check_kafka_settings() does.
KafkaFindings ask_kafka(const Settings& settings);

}  // namespace tailrace
