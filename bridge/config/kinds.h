// The kinds of values a setting can have: text to value and back, what is allowed in words, and the same for the
// JSON Schema.
#pragma once

#include "config/address.h"
#include "config/settings.h"

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tailrace {

template <class T>
struct Kind {
  std::function<std::optional<T>(std::string_view)> parse;
  std::function<std::string(const T&)> show;
  std::string allowed;  // "a duration from 1s to 1h, such as 30s"
  std::string schema;   // members of a JSON Schema object: "type":"string"
};

std::optional<Duration> parse_duration(std::string_view text);  // 500ms 30s 2m 1h 7d, or 0
std::string format_duration(Duration duration);
std::optional<std::uint64_t> parse_size(std::string_view text);  // 1000 64K 64M 1G, K being 1024
std::string format_size(std::uint64_t bytes);
std::optional<std::uint64_t> parse_number(std::string_view text);
std::optional<bool> parse_boolean(std::string_view text);

Kind<Duration> duration_kind(Duration least, Duration most);
Kind<std::uint64_t> size_kind(std::uint64_t least, std::uint64_t most);
Kind<bool> boolean_kind();
Kind<ListenAddress> address_kind();

// Text that `good` accepts.
Kind<std::string> text_kind(std::string allowed, std::function<bool(std::string_view)> good, std::string schema);

std::string number_schema(std::uint64_t least, std::uint64_t most);
std::string choice_schema(const std::vector<std::string>& words);
std::string choice_text(const std::vector<std::string>& words);
std::string number_text(std::uint64_t least, std::uint64_t most);

template <class N>
Kind<N> number_kind(std::uint64_t least, std::uint64_t most) {
  static_assert(std::numeric_limits<N>::is_integer);
  const auto parse = [least, most](std::string_view text) -> std::optional<N> {
    const auto number = parse_number(text);
    if (!number || *number < least || *number > most) return std::nullopt;
    return static_cast<N>(*number);
  };
  return {parse, [](const N& n) { return std::to_string(n); }, number_text(least, most), number_schema(least, most)};
}

template <class E>
Kind<E> choice_kind(std::vector<std::pair<std::string, E>> choices) {
  std::vector<std::string> words;
  for (const auto& choice : choices) words.push_back(choice.first);
  const auto parse = [choices](std::string_view text) -> std::optional<E> {
    for (const auto& [word, value] : choices)
      if (word == text) return value;
    return std::nullopt;
  };
  const auto show = [choices](const E& wanted) {
    for (const auto& [word, value] : choices)
      if (value == wanted) return word;
    return std::string();
  };
  return {parse, show, choice_text(words), choice_schema(words)};
}

}  // namespace tailrace
