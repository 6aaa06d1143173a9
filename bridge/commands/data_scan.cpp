#include "commands/data_scan.h"

#include "wire/json_text.h"

#include <charconv>
#include <cstring>

namespace tailrace {

namespace {

// Literals have their length at compile time: the comparison is a few instructions, no call.
template <std::size_t Size>
bool eat(std::string_view& text, const char (&word)[Size]) {
  constexpr std::size_t kLength = Size - 1;
  if (text.size() < kLength || std::memcmp(text.data(), word, kLength) != 0) return false;
  text.remove_prefix(kLength);
  return true;
}

bool eat_number(std::string_view& text, std::int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

template <std::size_t Size>
bool eat_field(std::string_view& text, const char (&name)[Size], std::int64_t& number) {
  return eat(text, name) && eat_number(text, number);
}

bool eat_fingerprint(std::string_view& text, std::uint32_t& fingerprint) {
  constexpr std::size_t kDigits = 8;
  if (!eat(text, R"(,"fp":")") || text.size() < kDigits) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + kDigits, fingerprint, 16);
  if (error != std::errc{} || end != text.data() + kDigits) return false;
  text.remove_prefix(kDigits);
  return true;
}

std::optional<DataFrame> scan_updates(std::string_view text, DataFrame frame) {
  const bool good = eat_field(text, R"(,"from":)", frame.span.from) &&
                    eat_field(text, R"(,"next":)", frame.span.next) && eat_fingerprint(text, frame.fingerprint) &&
                    eat(text, R"(","u":[)");
  if (!good) return std::nullopt;
  frame.body = text;
  return frame;
}

std::optional<DataFrame> scan_gap(std::string_view text, DataFrame frame) {
  frame.kind = DataFrame::Kind::gap;
  const bool good =
      eat_field(text, R"(,"gap":{"from":)", frame.span.from) && eat_field(text, R"(,"next":)", frame.span.next);
  return good ? std::optional(frame) : std::nullopt;
}

// The key's text, if the update has one.
std::string_view eat_key(std::string_view& text) {
  if (!eat(text, R"(,"k":")")) return {};
  std::size_t end = 0;
  while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
  const auto key = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return key;
}

// Braces are rarer than what memmem would look at.
std::string_view from_next_update(std::string_view text) {
  for (auto at = text.find('}'); at != std::string_view::npos; at = text.find('}', at + 1)) {
    auto rest = text.substr(at);
    if (eat(rest, R"(},{"o":)")) return text.substr(at + 2);
  }
  return {};
}

}  // namespace

std::string data_prefix(std::string_view channel) {
  std::string prefix = R"({"ch":)";
  append_json_string(prefix, channel);
  return prefix + ",";
}

std::optional<DataFrame> scan_data(std::string_view payload, std::string_view prefix) {
  DataFrame frame;
  if (!payload.starts_with(prefix)) return std::nullopt;
  payload.remove_prefix(prefix.size());
  if (eat(payload, R"("cover":[)")) {
    frame.kind = DataFrame::Kind::coverage;
    frame.body = payload;
    return frame;
  }
  std::int64_t partition = 0;
  if (!eat_field(payload, R"("p":)", partition)) return std::nullopt;
  frame.span.partition = static_cast<Partition>(partition);
  return payload.starts_with(R"(,"gap")") ? scan_gap(payload, frame) : scan_updates(payload, frame);
}

std::optional<ScannedUpdate> next_update(std::string_view& body) {
  ScannedUpdate update;
  auto text = body;
  if (!eat_field(text, R"({"o":)", update.offset) || !eat_field(text, R"(,"t":)", update.timestamp))
    return std::nullopt;
  update.key = eat_key(text);
  std::int64_t counter = 0;
  if (eat_field(text, R"(,"v":{"n":)", counter)) update.counter = counter;
  body = from_next_update(text);
  return update;
}

std::optional<Span> next_row(std::string_view& body) {
  std::int64_t partition = 0;
  Span row;
  eat(body, ",");
  if (!eat_field(body, "[", partition) || !eat_field(body, ",", row.from) || !eat_field(body, ",", row.next) ||
      !eat(body, "]"))
    return std::nullopt;
  row.partition = static_cast<Partition>(partition);
  return row;
}

}  // namespace tailrace
