#include "shard/wire_log.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace tailrace {

namespace {

constexpr std::size_t kLongest = 500;

std::string_view payload(std::string_view frame) {
  const auto size = static_cast<unsigned char>(frame[1]);
  return frame.substr(size < 126 ? 2 : size == 126 ? 4 : 10);
}

}  // namespace

void WireLog::heard(const Command& command, std::string_view message) const {
  if (!on_) return;
  const bool secret = std::holds_alternative<AuthCommand>(command.op);
  spdlog::info("wire {} < {}", session_, secret ? R"({"op":"auth"})" : message.substr(0, kLongest));
}

void WireLog::refused(const CommandError& error) const {
  if (on_) spdlog::info("wire {} < refused: {}", session_, error.error.code);
}

void WireLog::said(std::string_view frame) const {
  if (on_) spdlog::info("wire {} > {}", session_, payload(frame).substr(0, kLongest));
}

void WireLog::sent(std::string_view frame) const {
  if (!on_) return;
  const auto text = payload(frame);
  spdlog::info("wire {} > {} ({} bytes)", session_, text.substr(0, std::min(kLongest, text.find(R"("u":)"))), frame.size());
}

}  // namespace tailrace
