#include "wire/websocket_frame.h"

namespace tailrace {

namespace {

constexpr char kFinalText = static_cast<char>(0x81);

void append_big_endian(std::string& out, std::size_t size, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(size >> shift);
}

}  // namespace

std::size_t text_header_size(std::size_t size) {
  if (size < 126) return 2;
  return size < 65536 ? 4 : kMaxFrameHeader;
}

void append_text_header(std::string& out, std::size_t size) {
  out += kFinalText;
  if (size < 126) {
    out += static_cast<char>(size);
  } else if (size < 65536) {
    out += static_cast<char>(126);
    append_big_endian(out, size, 2);
  } else {
    out += static_cast<char>(127);
    append_big_endian(out, size, 8);
  }
}

std::string text_frame(std::string_view payload) {
  std::string frame;
  frame.reserve(text_header_size(payload.size()) + payload.size());
  append_text_header(frame, payload.size());
  frame += payload;
  return frame;
}

}  // namespace tailrace
