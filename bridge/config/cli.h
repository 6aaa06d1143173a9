// argv to what is to be done. Parsing has no effect but reading the configuration's files.
#pragma once

#include "config/command_options.h"
#include "config/load.h"
#include "config/settings.h"

#include <string>

namespace tailrace {

// What was asked for. `settings` is loaded for serve, demo and check.
struct Invocation {
  enum class Action { serve, demo, check, health, tail, produce, load, print };

  Action action = Action::print;
  std::string text;  // of print: help, version, schema or reference, for stdout

  Settings settings;
  SettingSources sources;  // to load the settings again on a reload

  DemoOptions demo;
  CheckOptions check;
  HealthOptions health;
  TailOptions tail;
  ProduceOptions produce;
  LoadOptions load;
};

// `environment` is like environ. Throws StartError with the one line to print; the exit code is 2.
Invocation parse_command_line(int argc, const char* const* argv, const char* const* environment);

// Exit codes of every command.
inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;  // it ran, and the answer is no: not healthy, records lost, can't connect or listen
inline constexpr int kExitUsage = 2;   // it did not start: bad arguments or configuration

}  // namespace tailrace
