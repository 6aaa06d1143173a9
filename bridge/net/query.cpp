#include "net/query.h"

#include <algorithm>

namespace tailrace {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Percent-decoded; what is no escape stands as it is, and a plus sign is a plus sign.
std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0;
    out += escape ? static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])) : text[i];
    if (escape) i += 2;
  }
  return out;
}

}  // namespace

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

std::vector<std::pair<std::string, std::string>> parameters_of(std::string_view target) {
  std::vector<std::pair<std::string, std::string>> parameters;
  const auto query = target.find('?');
  std::string_view rest = query == std::string_view::npos ? std::string_view() : target.substr(query + 1);
  while (!rest.empty()) {
    const auto end = rest.find('&');
    const std::string_view one = rest.substr(0, end);
    const auto equals = std::min(one.find('='), one.size());
    if (!one.empty()) parameters.emplace_back(decoded(one.substr(0, equals)), decoded(one.substr(std::min(equals + 1, one.size()))));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  return parameters;
}

std::vector<QuerySubscription> subscriptions_in(std::string_view target) {
  const auto parameters = parameters_of(target);
  Start from = Live{};
  std::optional<Error> error;
  for (const auto& [name, value] : parameters) {
    if (name != "from") continue;
    const auto start = parse_start_text(value);
    if (start.has_value()) from = *start;
    else error = start.error();
  }
  std::vector<QuerySubscription> all;
  for (const auto& [name, value] : parameters)
    if (name == "channel") all.push_back({{value, from, Earliest{}, {}}, error});
  return all;
}

}  // namespace tailrace
