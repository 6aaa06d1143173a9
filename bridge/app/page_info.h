// What the page is told before it connects: where Kafka is, whether this is the demo, and then what to type for its
// program, the channels with their hints.
#pragma once

#include "config/settings.h"
#include "wire/reply.h"

#include <string>
#include <vector>

namespace tailrace {

std::string page_info_json(const Settings& settings, const std::string& demo_program, const std::vector<ChannelSummary>& channels);

}  // namespace tailrace
