// The defaults that depend on the container, each in a file system of its own.
#include "config/machine.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace tailrace {
namespace {

// Holds the files of one test.
class Root {
 public:
  Root() { std::filesystem::create_directories(path_); }
  ~Root() { std::filesystem::remove_all(path_); }

  Root& with(const std::string& file, const std::string& text) {
    const std::filesystem::path whole = path_ + file;
    std::filesystem::create_directories(whole.parent_path());
    std::ofstream(whole) << text << "\n";
    return *this;
  }
  operator const std::string&() const { return path_; }

 private:
  std::string path_ = testing::TempDir() + std::to_string(getpid()) + "-root";
};

std::uint32_t cores(std::uint32_t granted) { return std::min(granted, std::thread::hardware_concurrency()); }

TEST(Machine, memory_is_a_quarter_of_what_the_container_has) {
  EXPECT_EQ(default_memory(Root().with("/sys/fs/cgroup/memory.max", "268435456")), 64u << 20);
  EXPECT_EQ(default_memory(Root().with("/sys/fs/cgroup/memory/memory.limit_in_bytes", "268435456")), 64u << 20);
}

TEST(Machine, memory_has_bounds) {
  EXPECT_EQ(default_memory(Root().with("/sys/fs/cgroup/memory.max", "1048576")), 16u << 20);
  EXPECT_LE(default_memory(Root().with("/sys/fs/cgroup/memory.max", "99999999999999")), 1u << 30);
}

TEST(Machine, no_limit_is_the_machine) {
  const Root none;
  const auto memory = default_memory(none);
  const auto shards = default_shards(none);
  EXPECT_GE(memory, 16u << 20);
  EXPECT_EQ(shards, cores(256));
  Root unlimited;
  unlimited.with("/sys/fs/cgroup/memory.max", "max").with("/sys/fs/cgroup/cpu.max", "max 100000");
  EXPECT_EQ(default_memory(unlimited), memory);
  EXPECT_EQ(default_shards(unlimited), shards);
}

TEST(Machine, shards_are_the_cores_granted_rounded_up) {
  EXPECT_EQ(default_shards(Root().with("/sys/fs/cgroup/cpu.max", "50000 100000")), 1u);
  EXPECT_EQ(default_shards(Root().with("/sys/fs/cgroup/cpu.max", "100000 100000")), 1u);
  EXPECT_EQ(default_shards(Root().with("/sys/fs/cgroup/cpu.max", "150000 100000")), cores(2));
}

TEST(Machine, a_limit_may_stand_at_any_level) {
  for (const std::string folder : {"", "/system.slice", "/system.slice/tailrace.service"}) {
    Root root;
    root.with("/proc/self/cgroup", "1:name=systemd:/elsewhere\n0::/system.slice/tailrace.service")
        .with("/sys/fs/cgroup/system.slice/tailrace.service/memory.max", "max")
        .with("/sys/fs/cgroup" + folder + "/memory.max", "134217728")
        .with("/sys/fs/cgroup" + folder + "/cpu.max", "100000 100000");
    EXPECT_EQ(default_memory(root), 32u << 20) << folder;
    EXPECT_EQ(default_shards(root), 1u) << folder;
  }
}

TEST(Machine, anothers_limit_is_none) {
  Root root;
  root.with("/proc/self/cgroup", "0::/ours").with("/sys/fs/cgroup/theirs/cpu.max", "100000 100000");
  EXPECT_EQ(default_shards(root), cores(256));
}

}  // namespace
}  // namespace tailrace
