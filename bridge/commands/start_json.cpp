#include "commands/start_json.h"

#include "wire/start.h"

namespace tailrace {

namespace {

std::string quoted(std::string_view text) {
  return '"' + std::string(text) + '"';
}

struct ToJson {
  std::string_view text;

  std::string operator()(const Live&) const { return quoted(text); }
  std::string operator()(const Earliest&) const { return quoted(text); }
  std::string operator()(const Ago&) const { return quoted(text); }
  std::string operator()(const AtTime& at) const { return R"({"time":)" + std::to_string(at.time) + "}"; }
  std::string operator()(const LastN& last) const { return R"({"last":)" + std::to_string(last.count) + "}"; }
  std::string operator()(const Position&) const { return R"({"position":)" + quoted(text) + "}"; }
};

[[noreturn]] void refuse(std::string_view text, const std::string& flag, const std::string& allowed) {
  throw StartError(flag + ": found \"" + std::string(text) + "\"; allowed: " + allowed);
}

}  // namespace

std::string start_json(std::string_view text, const std::string& flag) {
  const auto start = parse_start_text(text);
  if (!start) refuse(text, flag, "live, earliest, -90s, last:100, a time in Unix milliseconds, or a position (v1.…)");
  return std::visit(ToJson{text}, *start);
}

std::string end_json(std::string_view text, const std::string& flag) {
  const auto end = parse_start_text(text);
  const bool good = end && (std::holds_alternative<Ago>(*end) || std::holds_alternative<AtTime>(*end) ||
                            std::holds_alternative<Position>(*end));
  if (!good) refuse(text, flag, "-5m, a time in Unix milliseconds, or a position (v1.…)");
  return std::visit(ToJson{text}, *end);
}

}  // namespace tailrace
