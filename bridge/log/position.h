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

// Offsets, times and ids on the wire are exact in a JavaScript number.
inline constexpr Offset kMaxOffset = (Offset{1} << 53) - 1;

// The last update before a place: another record at that offset means another history.
struct Anchor {
  Offset offset = 0;
  std::uint32_t fingerprint = 0;
  bool operator==(const Anchor&) const = default;
};

struct Place {
  Partition partition = 0;
  Offset next = kUnknown;
  std::optional<Anchor> anchor;  // its offset is below next
  bool operator==(const Place&) const = default;
};

struct Position {
  std::uint32_t epoch = 0;
  std::vector<Place> places;  // ascending by partition, each once
  bool operator==(const Position&) const = default;
};

inline constexpr std::size_t kMaxPlaces = 1000;

// Takes the canonical text alone, so that parsing and formatting undo each other. Error code: position_invalid.
Result<Position> parse_position(std::string_view text);
std::string format_position(const Position& position);

}  // namespace tailrace
