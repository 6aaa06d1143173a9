#include "wire/start.h"

#include "log/decimal.h"

namespace tailrace {

namespace {

std::optional<Millis> unit_of(char letter) {
  switch (letter) {
    case 's':
      return 1000;
    case 'm':
      return 60 * 1000;
    case 'h':
      return 60 * 60 * 1000;
    case 'd':
      return 24 * 60 * 60 * 1000;
    default:
      return {};
  }
}

// -, up to nine digits, a unit
std::optional<Start> parse_ago(std::string_view text) {
  if (text.size() < 3 || text.size() > 11 || text[0] != '-') return {};
  const auto unit = unit_of(text.back());
  auto digits = text.substr(1, text.size() - 2);
  if (!unit || digits.find_first_not_of("0123456789") != std::string_view::npos) return {};
  while (digits.size() > 1 && digits[0] == '0') digits.remove_prefix(1);
  return Ago{*parse_decimal(digits, kMaxOffset) * *unit};
}

std::optional<Start> parse_last(std::string_view text) {
  constexpr std::string_view kPrefix = "last:";
  if (!text.starts_with(kPrefix)) return {};
  const auto count = parse_decimal(text.substr(kPrefix.size()), kMaxLast);
  if (!count || *count == 0) return {};
  return LastN{*count};
}

std::optional<Start> parse_time(std::string_view text) {
  const auto time = parse_decimal(text, kMaxOffset);
  if (!time) return {};
  return AtTime{*time};
}

}  // namespace

std::optional<Start> parse_start_word(std::string_view text) {
  if (text == "live") return Live{};
  if (text == "earliest") return Earliest{};
  return parse_ago(text);
}

Result<Start> parse_start_text(std::string_view text) {
  if (text.starts_with("v1.")) {
    auto position = parse_position(text);
    if (!position) return position.error();
    return Start(*std::move(position));
  }
  for (const auto parse : {parse_start_word, parse_last, parse_time})
    if (auto start = parse(text)) return *std::move(start);
  return Error{"bad_field", "from must be live, earliest, -90s, last:100, a time in milliseconds or a position"};
}

}  // namespace tailrace
