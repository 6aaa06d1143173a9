// Lines of a descriptor, for one that waits for other things too.
#pragma once

#include <optional>
#include <string>

namespace tailrace {

class LineReader {
 public:
  explicit LineReader(int descriptor) : descriptor_(descriptor) {}

  // Reads once, when the descriptor is readable; false at its end.
  bool fill();

  // The next whole line, without its end; at the descriptor's end also the last that has none.
  std::optional<std::string> next();

 private:
  int descriptor_;
  std::string text_;
  std::size_t from_ = 0;
  bool ended_ = false;
};

}  // namespace tailrace
