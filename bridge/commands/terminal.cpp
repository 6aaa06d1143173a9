#include "commands/terminal.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace tailrace {

namespace {

constexpr std::chrono::seconds kFirstPause{10};
constexpr std::chrono::minutes kMostPause{10};

}  // namespace

bool may_colour(int descriptor) {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* kind = std::getenv("TERM");
  const bool dumb = kind && std::string_view(kind) == "dumb";
  return isatty(descriptor) && !(no_colour && *no_colour) && !dumb;
}

std::string with_commas(std::uint64_t number) {
  auto text = std::to_string(number);
  for (auto at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

std::string decimal_text(double number, int digits) {
  char text[48];
  std::snprintf(text, sizeof text, "%.*f", digits, number);
  return text;
}

std::string byte_text(double bytes) {
  static constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  for (; bytes >= 1000 && unit < 4; ++unit) bytes /= 1000;
  return decimal_text(bytes, unit == 0 ? 0 : 1) + " " + kUnits[unit];
}

bool flush_output() {
  errno = 0;
  if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return true;
  const std::string reason = errno ? std::string(": ") + std::strerror(errno) : "";
  pollfd output{STDOUT_FILENO, POLLOUT, 0};
  if (poll(&output, 1, 0) > 0 && output.revents & (POLLERR | POLLHUP)) return false;
  throw std::runtime_error("can't write the output" + reason);
}

Progress::Progress() : terminal_(isatty(STDERR_FILENO)), pause_(kFirstPause) {}

Progress Progress::silent() {
  Progress made;
  made.silent_ = true;
  return made;
}

void Progress::show(const std::string& line, Clock::time_point now) {
  if (silent_ || (!terminal_ && now - shown_ < pause_)) return;
  if (!terminal_) pause_ = std::min<Clock::duration>(2 * pause_, kMostPause);
  shown_ = now;
  std::fprintf(stderr, terminal_ ? "\r%s\x1b[K" : "%s\n", line.c_str());
  std::fflush(stderr);
  open_ = terminal_;
}

void Progress::note(const std::string& line) {
  end();
  std::fprintf(stderr, "%s\n", line.c_str());
}

void Progress::end() {
  if (open_) std::fputc('\n', stderr);
  open_ = false;
}

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    char hex[5] = {c, 0};
    if (byte < 0x20 || byte == 0x7f) std::snprintf(hex, sizeof hex, "\\x%02x", byte);
    out += hex[1] ? std::string(hex) : std::string(1, c);
  }
  return out;
}

}  // namespace tailrace
