// What this machine, or the container around the process, has: the defaults that depend on it. `root` is where the file
// system begins.
#pragma once

#include <cstdint>
#include <string>

namespace tailrace {

std::uint64_t default_memory(const std::string& root = {});  // a quarter of the cgroup's or machine's, 16 MiB to 1 GiB
std::uint32_t default_shards(const std::string& root = {});  // the cores this process may use

std::uint32_t default_connections();  // the descriptor limit less what the bridge itself needs
std::string default_web_directory();  // beside the program, or /usr/share/tailrace/web; empty where neither exists

}  // namespace tailrace
