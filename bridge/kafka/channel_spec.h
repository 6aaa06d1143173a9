// What configuration says of channels, before Kafka says which topics there are.
#pragma once

#include "log/channel.h"

#include <string>

namespace tailrace {

struct ChannelSpec {
  std::string name = "{topic}";  // {topic} becomes the topic's name
  std::string topic;             // a topic, or a pattern when it begins with ^
  ValueMode mode = ValueMode::json;
  std::size_t max_value = 1 << 20;
  std::string definition;  // what, when it changes, makes another view of the topic

  bool is_pattern() const { return topic.starts_with('^'); }
  bool operator==(const ChannelSpec&) const = default;
};

std::string channel_name(const ChannelSpec& spec, const std::string& topic);

}  // namespace tailrace
