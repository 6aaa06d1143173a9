// Where a subscription starts or ends, as a client asks for it; what it means in offsets is for the shard to find out.
#pragma once

#include "base/error.h"
#include "log/position.h"

#include <string_view>
#include <variant>

namespace tailrace {

struct Live {};
struct Earliest {};
struct Ago {  // "-90s"
  Millis before = 0;
};
struct AtTime {  // {"time": …}, not rounded yet
  Millis time = 0;
};
struct LastN {  // {"last": …}
  std::int64_t count = 0;
};
using Start = std::variant<Live, Earliest, Ago, AtTime, LastN, Position>;
using End = std::variant<Ago, AtTime, Position>;

inline constexpr std::int64_t kMaxLast = 10000;

// "live", "earliest", "-90s": what a message names in one word.
std::optional<Start> parse_start_word(std::string_view text);

// Those, "v1.…" (a position), "last:100", "1732147200000" (a time): the `from` of /ws?from=…
// Error codes: bad_field, position_invalid.
Result<Start> parse_start_text(std::string_view text);

}  // namespace tailrace
