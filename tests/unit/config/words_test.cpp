// Help, schema and reference page are made of the declarations and kept in files that people read.
#include "config/cli.h"
#include "config/declaration.h"
#include "config/help.h"
#include "golden.h"

#include <algorithm>
#include <set>

namespace tailrace {
namespace {

std::string printed(std::vector<const char*> words) {
  words.insert(words.begin(), "tailrace");
  const char* none[] = {nullptr};
  const auto asked = parse_command_line(static_cast<int>(words.size()), words.data(), none);
  EXPECT_EQ(asked.action, Invocation::Action::print);
  return asked.text;
}

TEST(Words, help_of_every_command_is_as_kept) {
  expect_golden("tests/unit/config/help/tailrace.txt", printed({"--help"}));
  for (const char* command : {"serve", "demo", "check", "health", "tail", "produce", "load"})
    expect_golden("tests/unit/config/help/" + std::string(command) + ".txt", printed({command, "--help"}));
}

TEST(Words, help_is_found_in_every_way_people_try) {
  EXPECT_EQ(printed({}), printed({"--help"}));
  EXPECT_EQ(printed({"help"}), printed({"-h"}));
  EXPECT_EQ(printed({"help", "tail"}), printed({"tail", "-h"}));
  EXPECT_EQ(printed({"--version"}), "tailrace " TAILRACE_VERSION "\n");
}

TEST(Words, help_fits_a_terminal_and_says_the_exit_codes) {
  for (const char* command : {"serve", "demo", "check", "health", "tail", "produce", "load"}) {
    const auto text = printed({command, "--help"});
    EXPECT_NE(text.find("Exit codes: 0 "), std::string::npos) << command;
    std::size_t from = 0;
    for (auto end = text.find('\n'); end != std::string::npos; from = end + 1, end = text.find('\n', from))
      EXPECT_LE(end - from, 122u) << text.substr(from, end - from);
  }
}

TEST(Words, reference_page_and_schema_are_in_step) {
  expect_golden("ops/configuration.md", printed({"check", "--print-reference"}));
  expect_golden("schemas/config.schema.json", printed({"check", "--print-schema"}));
}

TEST(Words, every_setting_is_told_apart_and_explained) {
  std::set<std::string> keys, flags;
  for (const auto& declaration : setting_declarations()) {
    EXPECT_TRUE(keys.insert(declaration.key).second) << declaration.key;
    EXPECT_TRUE(declaration.flag.empty() || flags.insert(declaration.flag).second) << declaration.flag;
    EXPECT_TRUE(declaration.text.ends_with('.') || declaration.text.ends_with('`')) << declaration.key;
    EXPECT_FALSE(declaration.section.empty()) << declaration.key;
  }
}

// What a flag without the value's bounds would show: the default is itself allowed.
TEST(Words, every_default_is_allowed) {
  for (const auto& declaration : setting_declarations()) {
    const auto text = declaration.show(Settings{});
    if (text.empty() || !declaration.computed.empty()) continue;
    Settings settings;
    declaration.set(settings, Node::scalar("here", text));
    EXPECT_EQ(declaration.show(settings), text) << declaration.key;
  }
}

}  // namespace
}  // namespace tailrace
