#include "config/kinds.h"

#include <array>
#include <charconv>

namespace tailrace {

namespace {

struct Unit {
  std::string_view word;
  std::uint64_t factor;
};

// Greatest first, so that formatting finds the shortest text.
constexpr std::array kDurations{Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1'000},
                                Unit{"ms", 1}};
constexpr std::array kSizes{Unit{"G", 1ull << 30}, Unit{"M", 1ull << 20}, Unit{"K", 1ull << 10}, Unit{"", 1}};

template <std::size_t N>
std::optional<std::uint64_t> parse_units(std::string_view text, const std::array<Unit, N>& units) {
  std::uint64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || after == text.data()) return std::nullopt;
  const std::string_view word(after, static_cast<std::size_t>(end - after));
  for (const auto& unit : units)
    if (unit.word == word && number <= std::numeric_limits<std::int64_t>::max() / unit.factor)
      return number * unit.factor;
  return number == 0 && word.empty() ? std::optional<std::uint64_t>(0) : std::nullopt;
}

template <std::size_t N>
std::string format_units(std::uint64_t number, const std::array<Unit, N>& units) {
  if (number == 0) return "0";
  for (const auto& unit : units)
    if (number % unit.factor == 0) return std::to_string(number / unit.factor) + std::string(unit.word);
  return std::to_string(number);
}

// "64M" or "64MB" or "64MiB": all the same here.
std::string_view without_byte_word(std::string_view text) {
  if (text.ends_with("iB")) return text.substr(0, text.size() - 2);
  return text.ends_with('B') ? text.substr(0, text.size() - 1) : text;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  const auto millis = parse_units(text, kDurations);
  return millis ? std::optional(Duration(static_cast<std::int64_t>(*millis))) : std::nullopt;
}

std::string format_duration(Duration duration) {
  return format_units(static_cast<std::uint64_t>(duration.count()), kDurations);
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  return parse_units(without_byte_word(text), kSizes);
}

std::string format_size(std::uint64_t bytes) {
  return format_units(bytes, kSizes);
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc{} || after != end) return std::nullopt;
  return number;
}

std::optional<bool> parse_boolean(std::string_view text) {
  if (text == "true" || text == "yes" || text == "on" || text == "1") return true;
  if (text == "false" || text == "no" || text == "off" || text == "0") return false;
  return std::nullopt;
}

Kind<Duration> duration_kind(Duration least, Duration most) {
  const auto parse = [least, most](std::string_view text) {
    const auto value = parse_duration(text);
    return value && *value >= least && *value <= most ? value : std::nullopt;
  };
  return {parse, format_duration,
          "a duration from " + format_duration(least) + " to " + format_duration(most) + ", such as 500ms, 30s, 2m",
          R"("type":"string","pattern":"^([0-9]+(ms|s|m|h|d)|0)$")"};
}

Kind<std::uint64_t> size_kind(std::uint64_t least, std::uint64_t most) {
  const auto parse = [least, most](std::string_view text) {
    const auto value = parse_size(text);
    return value && *value >= least && *value <= most ? value : std::nullopt;
  };
  return {parse, format_size,
          "a size from " + format_size(least) + " to " + format_size(most) + ", such as 64K, 16M, 1G",
          R"("type":["string","integer"],"pattern":"^[0-9]+([KMG](i?B)?|B)?$")"};
}

Kind<bool> boolean_kind() {
  return {parse_boolean, [](const bool& on) { return std::string(on ? "true" : "false"); }, "true or false",
          R"("type":"boolean")"};
}

Kind<ListenAddress> address_kind() {
  const auto parse = [](std::string_view text) {
    auto address = parse_listen_address(text);
    return address ? std::optional(*address) : std::nullopt;
  };
  return {parse, format_listen_address, "ADDRESS:PORT, [V6]:PORT, :PORT (every interface) or unix:/path",
          R"("type":"string")"};
}

Kind<std::string> text_kind(std::string allowed, std::function<bool(std::string_view)> good, std::string schema) {
  const auto parse = [good = std::move(good)](std::string_view text) {
    return good(text) ? std::optional(std::string(text)) : std::nullopt;
  };
  return {parse, [](const std::string& text) { return text; }, std::move(allowed), std::move(schema)};
}

std::string number_schema(std::uint64_t least, std::uint64_t most) {
  return R"("type":"integer","minimum":)" + std::to_string(least) + R"(,"maximum":)" + std::to_string(most);
}

std::string number_text(std::uint64_t least, std::uint64_t most) {
  return "a number from " + std::to_string(least) + " to " + std::to_string(most);
}

std::string choice_schema(const std::vector<std::string>& words) {
  std::string list;
  for (const auto& word : words) list += (list.empty() ? "\"" : ",\"") + word + "\"";
  return R"("enum":[)" + list + "]";
}

std::string choice_text(const std::vector<std::string>& words) {
  std::string list;
  for (const auto& word : words) list += (list.empty() ? "" : ", ") + word;
  return list;
}

}  // namespace tailrace
