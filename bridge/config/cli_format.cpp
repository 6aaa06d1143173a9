#include "config/cli_format.h"

#include <algorithm>
#include <sstream>

namespace tailrace {

namespace {

constexpr std::size_t kLeft = 28;
constexpr std::size_t kWidth = 100;

std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

// `text` in lines from column kLeft on, after `left`.
std::string two_columns(const std::string& left, const std::string& text) {
  std::string out = "  " + left;
  std::size_t column = width(out);
  const auto new_line = [&] {
    out += "\n" + std::string(kLeft, ' ');
    column = kLeft;
  };
  if (column + 2 > kLeft) new_line();
  out.append(kLeft - column, ' ');
  column = kLeft;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (column + width(word) > kWidth) {
      out.pop_back();
      new_line();
    }
    out += word + " ";
    column += width(word) + 1;
  }
  out.pop_back();
  return out + "\n";
}

}  // namespace

std::string HelpFormat::make_usage(const CLI::App* command, std::string name) const {
  auto usage = "Usage: " + name;
  if (!command->get_subcommands({}).empty()) return usage + " COMMAND [FLAGS]\n";
  for (const auto* option : command->get_options([](const CLI::Option* o) { return o->get_positional(); })) {
    const auto word = option->get_name(true);
    usage += option->get_required() ? " " + word : " [" + word + "]";
  }
  return usage + " [FLAGS]\n";
}

std::string HelpFormat::make_option(const CLI::Option* option, bool is_positional) const {
  auto left = option->get_name(is_positional, !is_positional);
  for (auto comma = left.find(','); comma != std::string::npos; comma = left.find(',', comma + 2))
    left.insert(comma + 1, " ");
  if (!is_positional && option->get_type_size() != 0) left += " " + option->get_type_name();
  return two_columns(left, option->get_description());
}

std::string HelpFormat::make_subcommand(const CLI::App* command) const {
  return two_columns(command->get_name(), command->get_description());
}

}  // namespace tailrace
