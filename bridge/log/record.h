// One Kafka record, borrowed: the views live as long as the message they point into.
#pragma once

#include "log/offset.h"

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace tailrace {

using Bytes = std::optional<std::string_view>;  // nullopt is Kafka's null

struct Record {
  Offset offset = 0;
  Millis timestamp = 0;
  Bytes key;
  Bytes value;
  std::vector<std::pair<std::string_view, Bytes>> headers;
};

}  // namespace tailrace
