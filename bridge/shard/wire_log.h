// What one connection says and hears, for debugging, in the log: switched on for a session while it runs. Of frames with
// records only what comes before these is told, tokens not at all.
#pragma once

#include "wire/command.h"

#include <string_view>

namespace tailrace {

class WireLog {
 public:
  explicit WireLog(std::string_view session) : session_(session) {}

  void turn(bool on) { on_ = on; }
  void heard(const Command& command, std::string_view message) const;
  void refused(const CommandError& error) const;
  void said(std::string_view frame) const;  // with its header, and without records
  void sent(std::string_view frame) const;  // the same, of data

 private:
  const std::string_view session_;
  bool on_ = false;
};

}  // namespace tailrace
