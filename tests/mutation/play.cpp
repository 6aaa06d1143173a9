// Plays so many random histories against the core it is linked with: 0 when the promise held in all of them, 1 and the
// first breach when not.
#include "shard/model/world.h"

#include <cstdlib>
#include <iostream>

int main(int count, char** arguments) {
  const auto runs = count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 300;
  for (std::uint64_t seed = 1; seed <= runs; ++seed) {
    try {
      tailrace::model::World(seed).run();
    } catch (const std::exception& broken) {
      std::cout << broken.what() << ", with seed " << seed << '\n';
      return 1;
    }
  }
  return 0;
}
