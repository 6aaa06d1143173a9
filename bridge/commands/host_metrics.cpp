#include "commands/host_metrics.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace tailrace {

namespace {

constexpr double kSector = 512;
constexpr double kMega = 1e6;

void read_cpus(HostCounters& host, const std::string& root) {
  std::ifstream file(root + "/proc/stat");
  for (std::string line; std::getline(file, line) && line.starts_with("cpu");) {
    std::istringstream fields(line);
    std::string name;
    std::array<std::uint64_t, 8> times{};  // user nice system idle iowait irq softirq steal
    fields >> name;
    for (auto& time : times) fields >> time;
    HostCounters::Cpu cpu;
    for (const auto time : times) cpu.all += time;
    cpu.busy = cpu.all - times[3] - times[4];
    host.cpus.push_back(cpu);
  }
}

void read_memory(HostCounters& host, const std::string& root) {
  std::ifstream file(root + "/proc/meminfo");
  double total = 0, available = 0;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string name;
    double kilobytes = 0;
    fields >> name >> kilobytes;
    if (name == "MemTotal:") total = kilobytes;
    if (name == "MemAvailable:") available = kilobytes;
  }
  if (total > 0) host.gauges["memory"] = 100 * (1 - available / total);
}

void read_load(HostCounters& host, const std::string& root) {
  double load = 0;
  if (std::ifstream file(root + "/proc/loadavg"); file >> load) host.gauges["load"] = load;
}

void read_network(HostCounters& host, const std::string& root) {
  std::ifstream file(root + "/proc/net/dev");
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(':');
    if (colon == std::string::npos || line.substr(0, colon).ends_with("lo")) continue;
    std::istringstream fields(line.substr(colon + 1));
    std::array<std::uint64_t, 9> numbers{};
    for (auto& number : numbers) fields >> number;
    host.net_in += numbers[0];
    host.net_out += numbers[8];
  }
}

// Whole disks only: the others are parts or views of them.
bool is_disk(const std::string& name) {
  constexpr std::array kViews{"loop", "ram", "zram", "dm-", "md", "sr", "fd"};
  return std::none_of(kViews.begin(), kViews.end(), [&](const char* view) { return name.starts_with(view); });
}

void read_disks(HostCounters& host, const std::string& root) {
  std::error_code none;
  for (const auto& disk : std::filesystem::directory_iterator(root + "/sys/block", none)) {
    if (!is_disk(disk.path().filename())) continue;
    std::ifstream file(disk.path() / "stat");
    std::array<std::uint64_t, 7> numbers{};
    for (auto& number : numbers) file >> number;
    host.disk_read += numbers[2];
    host.disk_written += numbers[6];
  }
}

// "some avg10=1.53 avg60=…"
void read_pressure(HostCounters& host, const std::string& root) {
  for (const std::string what : {"cpu", "io", "memory"}) {
    std::ifstream file(root + "/proc/pressure/" + what);
    std::string some, average;
    if (!(file >> some >> average) || !average.starts_with("avg10=")) continue;
    host.gauges["pressure_" + what] = std::atof(average.c_str() + 6);
  }
}

double percent(const HostCounters::Cpu& before, const HostCounters::Cpu& after) {
  const auto all = static_cast<double>(after.all - std::min(before.all, after.all));
  const auto busy = static_cast<double>(after.busy - std::min(before.busy, after.busy));
  return all > 0 ? std::clamp(100 * busy / all, 0.0, 100.0) : 0;
}

}  // namespace

HostCounters read_host(Millis now, const std::string& root) {
  HostCounters host;
  host.time = now;
  read_cpus(host, root);
  read_memory(host, root);
  read_load(host, root);
  read_network(host, root);
  read_disks(host, root);
  read_pressure(host, root);
  return host;
}

HostCounters host_at_boot(const HostCounters& now, const std::string& root) {
  double uptime = 1;
  std::ifstream(root + "/proc/uptime") >> uptime;
  HostCounters boot;
  boot.time = now.time - static_cast<Millis>(uptime * 1000);
  boot.cpus.resize(now.cpus.size());
  return boot;
}

HostNumbers host_numbers(const HostCounters& before, const HostCounters& after) {
  HostNumbers numbers;
  const auto seconds = std::max(static_cast<double>(after.time - before.time) / 1000, 0.001);
  const auto rate = [seconds](std::uint64_t then, std::uint64_t now) {
    return static_cast<double>(now - std::min(then, now)) / seconds;
  };
  for (std::size_t i = 0; i < std::min(before.cpus.size(), after.cpus.size()); ++i)
    numbers.cpus.push_back(percent(before.cpus[i], after.cpus[i]));
  numbers.numbers = after.gauges;
  numbers.numbers["net_in"] = rate(before.net_in, after.net_in) / kMega;
  numbers.numbers["net_out"] = rate(before.net_out, after.net_out) / kMega;
  numbers.numbers["disk_read"] = rate(before.disk_read, after.disk_read) * kSector / kMega;
  numbers.numbers["disk_write"] = rate(before.disk_written, after.disk_written) * kSector / kMega;
  return numbers;
}

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name[0] ? name.data() : "host";
}

}  // namespace tailrace
