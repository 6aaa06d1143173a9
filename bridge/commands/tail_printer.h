// What tail shows: updates on stdout, everything else on stderr.
#pragma once

#include "commands/frame_reader.h"

#include <string>

namespace tailrace {

// Nobody reads stdout any more: the quiet end of a pipe.
struct OutputClosed {};

class TailPrinter {
 public:
  explicit TailPrinter(bool json);

  void update(Partition partition, const ShownUpdate& update);
  void gap(const GapFrame& gap);
  void reset(const ResetFrame& reset);
  void note(const std::string& text);  // the state of the connection
  void go_on_from(const Position& position);
  void flush();  // throws OutputClosed

 private:
  std::string columns(Partition partition, const ShownUpdate& update) const;
  void say(const char* colour, const std::string& text);

  bool json_;
  bool colour_out_;
  bool colour_notes_;
};

}  // namespace tailrace
