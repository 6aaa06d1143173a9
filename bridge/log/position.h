// A position: where a subscriber stands, in Kafka's own offsets, and which history that belongs to.
// Text form (grammar in schemas/protocol.md): v1.<epoch>.0:1044~9f3a12c4,1:88,2:1044~3.9f3a12c4,3:?
#pragma once

#include "base/error.h"
#include "log/offset.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tailrace {

// The last update before a place: another record at that offset means another history.
struct Anchor {
  Offset offset = 0;
  std::uint32_t fingerprint = 0;
  bool operator==(const Anchor&) const = default;
};

struct Place {
  Partition partition = 0;
  Offset next = kUnknown;
  std::optional<Anchor> anchor;
  bool operator==(const Place&) const = default;
};

struct Position {
  std::uint32_t epoch = 0;
  std::vector<Place> places;  // ascending by partition, each once
  bool operator==(const Position&) const = default;
};

inline constexpr std::size_t kMaxPlaces = 1000;

Result<Position> parse_position(std::string_view text);  // error code: position_invalid
std::string format_position(const Position& position);

}  // namespace tailrace
