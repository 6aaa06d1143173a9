// Chance that repeats: everything random in a run of the model comes from one seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

namespace tailrace::model {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed * 0x9e3779b97f4a7c15ull + 1) {}

  std::int64_t between(std::int64_t least, std::int64_t most) {
    if (most <= least) return least;
    return least + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(most - least + 1));
  }
  bool one_in(std::int64_t n) { return between(1, n) == 1; }
  bool percent(std::int64_t chance) { return between(1, 100) <= chance; }

  template <class Container>
  auto& pick(Container& from) {
    return from[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(from.size()) - 1))];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace tailrace::model
