// Integers as people and positions write them.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tailrace {

// Digits alone, no sign, no leading zero, at most `greatest`.
inline std::optional<std::int64_t> parse_decimal(std::string_view text, std::int64_t greatest) {
  if (text.empty() || text[0] == '-' || (text[0] == '0' && text.size() > 1)) return {};
  std::int64_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end || number > greatest) return {};
  return number;
}

}  // namespace tailrace
