// What a process on this machine has used so far, from /proc.
#pragma once

#include <cstdint>

namespace tailrace {

struct ProcessUsage {
  double cpu_seconds = 0;
  std::uint64_t resident_bytes = 0;
};

// Zeros where there is no such process.
ProcessUsage process_usage(std::uint32_t pid);

}  // namespace tailrace
