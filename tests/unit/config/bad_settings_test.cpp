// Bad configurations and the exact line that each gets: bad_settings.txt, one block each.
//
//   ===
//   $ flags of serve, if any
//   % environment, if any
//   the file
//   ---
//   the line
#include "config/cli.h"
#include "golden.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace tailrace {
namespace {

struct Bad {
  std::vector<std::string> words;
  std::vector<std::string> environment;
  std::string yaml;
  std::string line;
};

void add_line(Bad& bad, const std::string& line) {
  if (line.starts_with("$ ")) {
    std::istringstream words(line.substr(2));
    for (std::string word; words >> word;) bad.words.push_back(word);
  } else if (line.starts_with("% ")) {
    bad.environment.push_back(line.substr(2));
  } else {
    bad.yaml += line + "\n";
  }
}

std::vector<Bad> read_table() {
  std::ifstream file(in_tree("tests/unit/config/bad_settings.txt"));
  std::vector<Bad> table;
  bool answer = false;
  for (std::string line; std::getline(file, line);) {
    if (line == "===")
      table.emplace_back();
    else if (line != "---" && answer)
      table.back().line += line;
    else if (line != "---")
      add_line(table.back(), line);
    answer = line != "===" && (answer || line == "---");
  }
  return table;
}

std::vector<const char*> pointers(const std::vector<std::string>& texts) {
  std::vector<const char*> out;
  for (const auto& text : texts) out.push_back(text.c_str());
  out.push_back(nullptr);
  return out;
}

// The line, with the file's path cut to "bad.yaml".
std::string line_of(const Bad& bad) {
  const auto path = own_file("bad.yaml", bad.yaml);
  std::vector<std::string> words{"tailrace", "serve"};
  words.insert(words.end(), bad.words.begin(), bad.words.end());
  if (!bad.yaml.empty()) words.insert(words.end(), {"--config", path});
  try {
    parse_command_line(static_cast<int>(words.size()), pointers(words).data(), pointers(bad.environment).data());
    return "accepted";
  } catch (const StartError& error) {
    std::string line = error.what();
    const auto at = line.find(path);
    return at == std::string::npos ? line : line.replace(at, path.size(), "bad.yaml");
  }
}

TEST(BadSettings, each_gets_its_one_line) {
  const auto table = read_table();
  EXPECT_GE(table.size(), 100u);
  for (const auto& bad : table) EXPECT_EQ(line_of(bad), bad.line) << bad.yaml << testing::PrintToString(bad.words);
}

}  // namespace
}  // namespace tailrace
