#include "commands/server_frames.h"

#include <algorithm>
#include <utility>

namespace tailrace {

namespace {

constexpr std::size_t kShortHeader = 2;
constexpr std::uint64_t kMostPayload = 64 << 20;

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char c : bytes) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

}  // namespace

// nullopt: the header itself is not complete.
std::optional<ServerFrames::Extent> ServerFrames::extent_of(std::string_view bytes) {
  if (bytes.size() < kShortHeader) return std::nullopt;
  const auto first = static_cast<unsigned char>(bytes[0]);
  const auto length = static_cast<unsigned char>(bytes[1]);
  broken_ = broken_ || (first & 0x70) || (length & 0x80);  // no extension was agreed on; a server never masks
  const std::size_t extra = length == 127 ? 8 : length == 126 ? 2 : 0;
  if (bytes.size() < kShortHeader + extra) return std::nullopt;
  const auto payload = extra ? big_endian(bytes.substr(kShortHeader, extra)) : length;
  broken_ = broken_ || payload > kMostPayload;
  return Extent{kShortHeader + extra, static_cast<std::size_t>(payload)};
}

// Moves bytes into pending_ until it holds `size`; whether it does.
bool ServerFrames::gather(std::string_view& bytes, std::size_t size) {
  const auto missing = std::min(size - std::min(size, pending_.size()), bytes.size());
  pending_.append(bytes.substr(0, missing));
  bytes.remove_prefix(missing);
  return pending_.size() >= size;
}

ServerFrames::Frame ServerFrames::frame_of(std::string_view whole, const Extent& extent) {
  const auto first = static_cast<unsigned char>(whole[0]);
  return {(first & 0x80) != 0, static_cast<Opcode>(first & 0x0f), whole.substr(extent.header)};
}

std::optional<ServerFrames::Frame> ServerFrames::next_pending(std::string_view& bytes) {
  auto extent = extent_of(pending_);
  while (!extent && gather(bytes, pending_.size() + 1)) extent = extent_of(pending_);
  if (!extent || broken_) return std::nullopt;
  pending_.reserve(extent->size());
  if (!gather(bytes, extent->size())) return std::nullopt;
  taken_ = std::exchange(pending_, {});
  return frame_of(taken_, *extent);
}

std::optional<ServerFrames::Frame> ServerFrames::next(std::string_view& bytes) {
  if (broken_) return std::nullopt;
  if (!pending_.empty()) return next_pending(bytes);
  const auto extent = extent_of(bytes);
  if (broken_) return std::nullopt;
  if (!extent || bytes.size() < extent->size()) {
    pending_.assign(std::exchange(bytes, {}));
    return std::nullopt;
  }
  const auto whole = bytes.substr(0, extent->size());
  bytes.remove_prefix(whole.size());
  return frame_of(whole, *extent);
}

std::optional<ServerMessage> ServerFrames::assemble(const Frame& frame) {
  const bool control = frame.opcode >= Opcode::close;
  if (control || (frame.last && frame.opcode != Opcode::more)) return ServerMessage{frame.opcode, frame.payload};
  if (frame.opcode != Opcode::more) fragmented_ = frame.opcode;
  fragments_.append(frame.payload);
  if (!frame.last) return std::nullopt;
  whole_ = std::exchange(fragments_, {});
  return ServerMessage{fragmented_, whole_};
}

}  // namespace tailrace
