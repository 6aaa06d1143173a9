// How --help looks: two columns, wrapped, nothing repeated.
#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace tailrace {

class HelpFormat : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App* command, std::string name) const override;
  std::string make_option(const CLI::Option* option, bool is_positional) const override;
  std::string make_subcommand(const CLI::App* command) const override;
};

}  // namespace tailrace
