// Reads data frames (schemas/protocol.md, section 4) with plain comparisons, not with a JSON parser: counting a
// million updates a second must leave the core to the one that sends them. A value that itself holds the text
// `},{"o":` is miscounted; that ends in a false alarm, never in a false all-clear.
#pragma once

#include "log/offset.h"

#include <optional>
#include <string>
#include <string_view>

namespace tailrace {

struct DataFrame {
  enum class Kind { updates, gap, coverage };

  Kind kind = Kind::updates;
  Span span;  // of updates and gaps
  std::uint32_t fingerprint = 0;
  std::string_view body;  // of updates: from the first {"o": on; of coverage: from the first row on
};

struct ScannedUpdate {
  Offset offset = 0;
  Millis timestamp = 0;
  std::string_view key;                 // as it stands in the JSON text; empty where there is none
  std::optional<std::int64_t> counter;  // of a value that begins {"n":…
};

// The beginning of every data frame of `channel`: {"ch":"metrics",
std::string data_prefix(std::string_view channel);

// nullopt: not a data frame of that prefix, or one that can't be read.
std::optional<DataFrame> scan_data(std::string_view payload, std::string_view prefix);

// The next update of a batch's body, or the next row of a coverage's; takes it off the front. nullopt at the end.
std::optional<ScannedUpdate> next_update(std::string_view& body);
std::optional<Span> next_row(std::string_view& body);

}  // namespace tailrace
