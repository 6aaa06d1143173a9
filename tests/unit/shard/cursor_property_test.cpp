// The promise, against thousands of random histories (shard/model/world.h). TAILRACE_SEED=n plays one of them again.
#include "shard/model/world.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace tailrace::model {
namespace {

constexpr std::uint64_t kRuns = 4000;

TEST(CursorProperty, every_record_once_in_order_whatever_happens) {
  const char* const only = std::getenv("TAILRACE_SEED");
  const std::uint64_t first = only ? std::strtoull(only, nullptr, 10) : 1;
  for (std::uint64_t seed = first; seed < first + (only ? 1 : kRuns); ++seed) {
    try {
      World(seed).run();
    } catch (const Broken& broken) {
      FAIL() << broken.what() << ", with TAILRACE_SEED=" << seed;
    }
  }
}

}  // namespace
}  // namespace tailrace::model
