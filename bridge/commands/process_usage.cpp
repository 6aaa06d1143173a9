#include "commands/process_usage.h"

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace tailrace {

ProcessUsage process_usage(std::uint32_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(line.substr(name_end + 1));
  std::string skipped;
  std::uint64_t user = 0, system = 0, pages = 0;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  fields >> user >> system;
  for (int i = 0; i < 8; ++i) fields >> skipped;
  fields >> pages;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  return {static_cast<double>(user + system) / ticks, pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE))};
}

}  // namespace tailrace
