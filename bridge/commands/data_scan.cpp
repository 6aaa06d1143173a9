#include "commands/data_scan.h"

#include "wire/json_text.h"

#include <charconv>
#include <cstring>

namespace tailrace {

namespace {

bool eat(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

bool eat_number(std::string_view& text, std::int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool eat_field(std::string_view& text, std::string_view name, std::int64_t& number) {
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

}  // namespace

std::string data_prefix(std::string_view channel) {
  std::string prefix = R"({"ch":)";
  append_json_string(prefix, channel);
  return prefix + ",";
}

std::optional<DataFrame> scan_data(std::string_view payload, std::string_view prefix) {
  DataFrame frame;
  if (!eat(payload, prefix)) return std::nullopt;
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
  constexpr std::string_view kNext = R"(},{"o":)";
  ScannedUpdate update;
  auto text = body;
  if (!eat_field(text, R"({"o":)", update.offset) || !eat_field(text, R"(,"t":)", update.timestamp))
    return std::nullopt;
  update.key = eat_key(text);
  std::int64_t counter = 0;
  if (eat_field(text, R"(,"v":{"n":)", counter)) update.counter = counter;
  const auto* end = memmem(text.data(), text.size(), kNext.data(), kNext.size());
  body =
      end ? text.substr(static_cast<std::size_t>(static_cast<const char*>(end) - text.data()) + 2) : std::string_view();
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
