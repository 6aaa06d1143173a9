// How topics become channels: one rule names a topic, or a pattern that makes one channel per topic. A topic has one
// channel: of the rule that names it, else of the first pattern that fits.
#pragma once

#include "log/channel.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tailrace {

struct ChannelRule {
  std::string topic;             // a topic, or ^a.pattern
  std::string name = "{topic}";  // of the channel; {topic} is the topic's name
  ValueMode value = ValueMode::json;
  std::uint64_t max_value = 1 << 20;

  // Hints for the page.
  std::string title;
  std::map<std::string, std::string> units;  // field → unit
  std::vector<std::string> fields;           // the fields to draw, in this order; empty: by themselves

  bool is_pattern() const { return topic.starts_with('^'); }
  bool operator==(const ChannelRule&) const = default;
};

// The part of a rule that changes what a subscriber sees: it goes into the channel's epoch.
std::string channel_definition(const ChannelRule& rule);

}  // namespace tailrace
