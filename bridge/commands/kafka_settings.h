// How the commands reach Kafka, out of the settings or their own options, and why they do not.
#pragma once

#include "kafka/producer.h"

#include <map>
#include <string>
#include <vector>

namespace tailrace {

KafkaSettings reach_kafka(const std::vector<std::string>& brokers,
                          const std::map<std::string, std::string>& properties);

// What keeps it from its brokers, for a person; empty where nothing does.
std::string why_unreachable(const Producer& producer);
// "does not answer (Connection refused)": with the reason where there is one.
std::string no_answer(const Producer& producer);

}  // namespace tailrace
