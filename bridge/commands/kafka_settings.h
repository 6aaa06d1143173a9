// How the commands reach Kafka, out of the settings or their own options.
#pragma once

#include "kafka/settings.h"

#include <map>
#include <string>
#include <vector>

namespace tailrace {

KafkaSettings reach_kafka(const std::vector<std::string>& brokers,
                          const std::map<std::string, std::string>& properties);

}  // namespace tailrace
