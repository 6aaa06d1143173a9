// What everyone needs to know of a channel: immutable, shared by all threads. A change of definition makes a new one.
#pragma once

#include "log/offset.h"

#include <cstdint>
#include <memory>
#include <string>

namespace tailrace {

enum class ValueMode : std::uint8_t { json, text, base64 };

using ChannelId = std::uint32_t;

struct Channel {
  ChannelId id = 0;
  std::string name;
  std::string topic;
  std::uint32_t epoch = 0;  // hash of cluster id, topic and definition
  ValueMode mode = ValueMode::json;
  std::size_t max_value = 1 << 20;  // a larger key or value travels as a placeholder
};

using ChannelPtr = std::shared_ptr<const Channel>;

// FNV-1a over the three, each preceded by its length so that no two triples collide by joining.
std::uint32_t channel_epoch(const std::string& cluster, const std::string& topic, const std::string& definition);

}  // namespace tailrace
