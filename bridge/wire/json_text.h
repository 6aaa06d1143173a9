// JSON text as the wire needs it: what is grammatical (RFC 8259 to the letter), and how strings and integers stand in
// it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tailrace {

inline constexpr std::size_t kMaxJsonDepth = 1024;

// Grammar alone: numbers of any size and lone surrogate escapes are JSON, a byte order mark is not. Nesting deeper than
// kMaxJsonDepth is refused. Bytes above 127 are taken as they are: the text must be UTF-8.
bool is_json(std::string_view text);

// Appends `text` in quotes with the escapes that JSON demands and no other. The text must be UTF-8.
void append_json_string(std::string& out, std::string_view text);

void append_json_number(std::string& out, std::int64_t number);

}  // namespace tailrace
