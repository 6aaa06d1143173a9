#include "config/machine.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <thread>
#include <vector>

namespace tailrace {

namespace {

constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint32_t kOwnDescriptors = 512;
constexpr std::uint32_t kMostShards = 256;

// The first number of a file; `kNoLimit` where there is none ("max").
std::uint64_t number_in(const std::string& path) {
  std::uint64_t number = kNoLimit;
  std::ifstream file(path);
  return file >> number ? number : kNoLimit;
}

// This process's own cgroup (version 2) below /sys/fs/cgroup: "0::/system.slice/tailrace.service".
std::string cgroup_path(const std::string& root) {
  std::ifstream file(root + "/proc/self/cgroup");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("0::")) return line.substr(3);
  return {};
}

// The folders of that and of all above it: a limit may stand at any level.
std::vector<std::string> cgroups(const std::string& root) {
  std::vector<std::string> folders;
  for (std::filesystem::path path = cgroup_path(root); path.has_relative_path(); path = path.parent_path())
    folders.push_back(root + "/sys/fs/cgroup" + path.string());
  folders.push_back(root + "/sys/fs/cgroup");
  return folders;
}

std::uint64_t cgroup_memory(const std::string& root) {
  auto least = number_in(root + "/sys/fs/cgroup/memory/memory.limit_in_bytes");
  for (const auto& folder : cgroups(root)) least = std::min(least, number_in(folder + "/memory.max"));
  return least;
}

std::uint64_t machine_memory() {
  return static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

// Cores granted by the cgroup ("max 100000", "150000 100000"), rounded up.
double cores_in(const std::string& path) {
  double quota = 0, period = 0;
  std::ifstream file(path);
  return file >> quota >> period && quota > 0 && period > 0 ? std::ceil(quota / period) : kMostShards;
}

double cgroup_cores(const std::string& root) {
  double least = kMostShards;
  for (const auto& folder : cgroups(root)) least = std::min(least, cores_in(folder + "/cpu.max"));
  return least;
}

}  // namespace

std::uint64_t default_memory(const std::string& root) {
  const auto all = std::min(cgroup_memory(root), machine_memory());
  return std::clamp<std::uint64_t>(all / 4, 16ull << 20, 1ull << 30);
}

std::uint32_t default_shards(const std::string& root) {
  const auto granted = static_cast<std::uint32_t>(cgroup_cores(root));
  return std::clamp(std::min(std::thread::hardware_concurrency(), granted), 1u, kMostShards);
}

std::uint32_t default_connections() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max == RLIM_INFINITY) return 1'000'000;
  const auto most = std::min<std::uint64_t>(limit.rlim_max, 1'000'000);
  return static_cast<std::uint32_t>(most > 2 * kOwnDescriptors ? most - kOwnDescriptors : most / 2 + 1);
}

std::string default_web_directory() {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const auto here = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  const fs::path places[] = {here / "web", here / "../web", here / "../share/tailrace/web",
                             "/usr/share/tailrace/web"};
  for (const auto& place : places)
    if (fs::exists(place / "index.html", ignored)) return fs::weakly_canonical(place, ignored).string();
  return {};
}

}  // namespace tailrace
