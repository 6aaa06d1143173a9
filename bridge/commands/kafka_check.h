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

// Takes up to half a minute where Kafka does not answer. Throws StartError where librdkafka refuses the settings.
KafkaFindings ask_kafka(const Settings& settings);

}  // namespace tailrace
