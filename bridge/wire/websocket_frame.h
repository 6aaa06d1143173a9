// The bytes of unmasked server frames (RFC 6455): the same for every client, so they are made once.
#pragma once

#include <string>
#include <string_view>

namespace tailrace {

inline constexpr std::size_t kMaxFrameHeader = 10;

std::size_t text_header_size(std::size_t size);

// Text frame header for `size` payload bytes, appended to `out`.
void append_text_header(std::string& out, std::size_t size);

// A whole text frame.
std::string text_frame(std::string_view payload);

}  // namespace tailrace
