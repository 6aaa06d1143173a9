// Files in tests, and texts kept in them: compared, or written anew with TAILRACE_UPDATE_GOLDEN=1 in the environment.
#pragma once

#include "tree.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace tailrace {

inline std::string read_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A file of this process alone, so that two runs don't meet.
inline std::string own_file(const std::string& name, const std::string& text) {
  const auto path = testing::TempDir() + std::to_string(getpid()) + "-" + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

// `path` from the top of the repository.
inline void expect_golden(const std::string& path, const std::string& text) {
  const auto whole = in_tree(path);
  if (std::getenv("TAILRACE_UPDATE_GOLDEN")) std::ofstream(whole, std::ios::binary) << text;
  EXPECT_EQ(read_whole(whole), text) << path << " is out of step; TAILRACE_UPDATE_GOLDEN=1 writes it anew";
}

}  // namespace tailrace
