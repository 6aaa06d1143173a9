// Terminal manners, for every command: colour only where a person looks, progress on stderr in one line.
#pragma once

#include <chrono>
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

// Writes out what stands in stdout's buffer. False where nobody reads it any more, the quiet end of a pipe. Throws
// std::runtime_error where it can't be written: no space.
bool flush_output();

// A line on stderr that overwrites itself on a terminal. Elsewhere, in a file or a container's log, it comes now and then:
// after ten seconds, twenty more, forty more.
class Progress {
 public:
  using Clock = std::chrono::steady_clock;

  Progress();
  static Progress silent();
  void show(const std::string& line, Clock::time_point now = Clock::now());
  void note(const std::string& line);  // stays
  void end();  // what follows begins on a line of its own

 private:
  bool silent_ = false;
  bool terminal_ = false;
  bool open_ = false;
  Clock::time_point shown_ = Clock::now();
  Clock::duration pause_;
};

// Foreign text for a terminal: control characters escaped.
std::string printable(std::string_view text);

}  // namespace tailrace
