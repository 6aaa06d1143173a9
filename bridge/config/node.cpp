#include "config/node.h"

#include <algorithm>
#include <cstdio>
#include <numeric>

namespace tailrace {

namespace {

constexpr std::size_t kShown = 60;

void append_escaped(std::string& out, char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (c == '"' || c == '\\') out += '\\';
  if (byte >= 0x20 && byte != 0x7f) {
    out += c;
    return;
  }
  char hex[5];
  std::snprintf(hex, sizeof hex, "\\x%02x", byte);
  out += hex;
}

// Where a text may be cut without splitting a UTF-8 character.
std::size_t cut_point(std::string_view text, std::size_t at) {
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) --at;
  return at;
}

std::string quoted(std::string_view text) {
  const bool cut = text.size() > kShown;
  std::string out = "\"";
  for (const char c : cut ? text.substr(0, cut_point(text, kShown)) : text) append_escaped(out, c);
  return out + (cut ? "…\"" : "\"");
}

// Letters inserted, removed, replaced or swapped with their neighbour to get from one to the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = std::exchange(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string found_text(const Node& node) {
  switch (node.kind) {
    case Node::Kind::scalar:
      return quoted(node.text);
    case Node::Kind::list:
      return "a list";
    case Node::Kind::map:
      return "a mapping";
    case Node::Kind::null:
      break;
  }
  return "nothing";
}

StartError refusal(const std::string& place, const std::string& key, const std::string& found,
                   const std::string& allowed, const std::string& suggestion) {
  auto line = place.empty() ? std::string() : place + ": ";
  const bool says_the_key = place.starts_with("--") || place.starts_with("TAILRACE_");
  const std::string pairs = "kafka.";  // of one flag, --kafka, each has a key of its own
  if (!key.empty() && !says_the_key) line += key + ": ";
  if (place == "--kafka" && key.starts_with(pairs)) line += key.substr(pairs.size()) + ": ";
  line += "found " + found + "; allowed: " + allowed;
  if (!suggestion.empty()) line += "; did you mean \"" + suggestion + "\"?";
  return StartError(line);
}

std::string suggest(std::string_view word, const std::vector<std::string>& known) {
  std::string best;
  auto least = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (const auto& candidate : known) {
    const auto now = distance(word, candidate);
    if (now < least) {
      least = now;
      best = candidate;
    }
  }
  return best;
}

}  // namespace tailrace
