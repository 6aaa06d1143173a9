// What the page is told before it connects: where Kafka is, whether this is the demo, the channels with their hints.
#pragma once

#include "config/settings.h"
#include "wire/reply.h"

#include <string>
#include <vector>

namespace tailrace {

std::string page_info_json(const Settings& settings, bool demo, const std::vector<ChannelSummary>& channels);

}  // namespace tailrace
