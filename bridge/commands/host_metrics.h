// This machine's numbers, read from /proc and /sys; what a machine does not have is left out.
#pragma once

#include "log/offset.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tailrace {

// Counters since the machine started, and gauges.
struct HostCounters {
  struct Cpu {
    std::uint64_t busy = 0;
    std::uint64_t all = 0;
  };

  Millis time = 0;
  std::vector<Cpu> cpus;  // [0] is all of them together, then each core
  std::uint64_t net_in = 0;
  std::uint64_t net_out = 0;
  std::uint64_t disk_read = 0;
  std::uint64_t disk_written = 0;
  std::map<std::string, double> gauges;  // load, memory, pressure_cpu …
};

// `root` is where /proc and /sys stand; for tests elsewhere.
HostCounters read_host(Millis now, const std::string& root = "");

// The reading that the machine would have given when it started: rates from there on are its averages.
HostCounters host_at_boot(const HostCounters& now, const std::string& root = "");

// Rates between two readings, and the later one's gauges.
struct HostNumbers {
  std::vector<double> cpus;               // percent, as in HostCounters
  std::map<std::string, double> numbers;  // everything else, in the order of its names
};

HostNumbers host_numbers(const HostCounters& before, const HostCounters& after);

std::string host_name();

}  // namespace tailrace
