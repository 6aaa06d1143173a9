// The commands and their flags, declared to the command line's parser. Only cli*.cpp know that parser.
#pragma once

#include "config/cli.h"

#include <CLI/CLI.hpp>

#include <map>
#include <string>
#include <vector>

namespace tailrace {

// What a parse gathers; the parser's options point into it, so it must stay where it is.
struct Gathered {
  Invocation invocation;
  std::map<std::string, std::vector<std::string>> settings;  // flags by the key of their setting, as text
  std::string config;
  bool needs_settings = false;
  bool needs_topics = false;
  bool listens = false;
  bool print_schema = false;
  bool print_reference = false;
  std::string help_about;
  bool live = false;           // of health
  std::string health_address;  // of health
};

void add_commands(CLI::App& program, Gathered& gathered);

}  // namespace tailrace
