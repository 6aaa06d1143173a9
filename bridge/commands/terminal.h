// Terminal manners, for every command: colour only where a person looks, progress on stderr in one line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tailrace {

// Whether text on this descriptor may be coloured: a terminal, no NO_COLOR, not a dumb one.
bool may_colour(int descriptor);

// 12403 → "12,403".
std::string with_commas(std::uint64_t number);

// 10.25 with one digit → "10.3".
std::string decimal_text(double number, int digits);

// 1048576 → "1.0 MB", powers of ten.
std::string byte_text(double bytes);

// A line on stderr that overwrites itself on a terminal and repeats elsewhere.
class Progress {
 public:
  Progress();
  void show(const std::string& line);
  void note(const std::string& line);  // stays
  void end();  // what follows begins on a line of its own

 private:
  bool terminal_ = false;
  bool open_ = false;
};

// Foreign text for a terminal: control characters escaped.
std::string printable(std::string_view text);

}  // namespace tailrace
