#include "commands/tail_printer.h"

#include "commands/terminal.h"

#include <unistd.h>

#include <cstdio>
#include <ctime>

namespace tailrace {

namespace {

const char* const kDim = "\x1b[2m";
const char* const kRed = "\x1b[31m";
const char* const kYellow = "\x1b[33m";
const char* const kPlain = "\x1b[0m";

// Raw newlines stand in JSON between tokens only.
std::string on_one_line(std::string_view json) {
  std::string line(json);
  for (auto& c : line)
    if (c == '\n' || c == '\r') c = ' ';
  return line;
}

std::string clock_text(Millis time) {
  if (time < 0) return "--:--:--.---";
  const auto seconds = static_cast<std::time_t>(time / 1000);
  std::tm parts{};
  localtime_r(&seconds, &parts);
  char text[32];
  std::snprintf(text, sizeof text, "%02d:%02d:%02d.%03d", parts.tm_hour, parts.tm_min, parts.tm_sec,
                static_cast<int>(time % 1000));
  return text;
}

std::string value_text(const ShownUpdate& update) {
  using Form = ShownUpdate::Form;
  switch (update.form) {
    case Form::json:
      return printable(on_one_line(update.value));
    case Form::text:
      return printable(update.value);
    case Form::base64:
      return "base64:" + update.value;
    case Form::deleted:
      return "(deleted)";
    case Form::omitted:
      return "(too large: " + update.value + " bytes)";
  }
  return {};
}

}  // namespace

TailPrinter::TailPrinter(bool json)
    : json_(json), colour_out_(may_colour(STDOUT_FILENO)), colour_notes_(may_colour(STDERR_FILENO)) {}

std::string TailPrinter::columns(Partition partition, const ShownUpdate& update) const {
  auto place =
      "p" + std::to_string(partition) + " " + std::to_string(update.offset) + "  " + clock_text(update.timestamp);
  if (colour_out_) place = kDim + place + kPlain;
  return place + "  " + (update.key ? printable(*update.key) : "-") + "  " + value_text(update);
}

void TailPrinter::update(Partition partition, const ShownUpdate& update) {
  auto line = json_ ? "{\"p\":" + std::to_string(partition) + "," + on_one_line(update.raw.substr(1))
                    : columns(partition, update);
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stdout);
}

void TailPrinter::gap(const GapFrame& gap) {
  say(kRed, "gap: offsets " + with_commas(static_cast<std::uint64_t>(gap.span.from)) + " to " +
                with_commas(static_cast<std::uint64_t>(gap.span.next - 1)) + " of partition " +
                std::to_string(gap.span.partition) + ", " + printable(gap.reason) + ": " +
                with_commas(static_cast<std::uint64_t>(gap.span.next - gap.span.from)) + " offsets will not come");
}

void TailPrinter::reset(const ResetFrame& reset) {
  say(kYellow, "reset: " + printable(reset.reason) + "; going on from " + format_position(reset.position));
}

void TailPrinter::note(const std::string& text) {
  say(kDim, text);
}

void TailPrinter::go_on_from(const Position& position) {
  say("", "to go on: --from " + format_position(position));
}

void TailPrinter::say(const char* colour, const std::string& text) {
  std::fflush(stdout);
  std::fprintf(stderr, "%s%s%s\n", colour_notes_ ? colour : "", text.c_str(), colour_notes_ && *colour ? kPlain : "");
}

void TailPrinter::flush() {
  if (!flush_output()) throw OutputClosed{};
}

}  // namespace tailrace
