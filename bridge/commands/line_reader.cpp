#include "commands/line_reader.h"

#include <unistd.h>

#include <algorithm>
#include <array>

namespace tailrace {

bool LineReader::fill() {
  std::array<char, 64 << 10> bytes;
  const auto got = read(descriptor_, bytes.data(), bytes.size());
  text_.erase(0, from_);
  from_ = 0;
  if (got > 0) text_.append(bytes.data(), static_cast<std::size_t>(got));
  ended_ = got <= 0;
  return !ended_;
}

std::optional<std::string> LineReader::next() {
  const auto end = text_.find('\n', from_);
  if (end == std::string::npos && (!ended_ || from_ == text_.size())) return std::nullopt;
  auto line = text_.substr(from_, end == std::string::npos ? end : end - from_);
  from_ = std::min(text_.size(), end == std::string::npos ? end : end + 1);
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

}  // namespace tailrace
