#include "commands/load_tally.h"

#include <algorithm>

namespace tailrace {

void LatencyCounts::add(Millis latency) {
  const auto last = static_cast<Millis>(counts_.size() - 1);
  ++counts_[static_cast<std::size_t>(std::clamp<Millis>(latency, 0, last))];
  ++count_;
}

void LatencyCounts::clear() {
  counts_.fill(0);
  count_ = 0;
}

Millis LatencyCounts::at(double share) const {
  const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(count_));
  std::uint64_t passed = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    passed += counts_[i];
    if (passed > wanted || (passed == count_ && passed > 0)) return static_cast<Millis>(i);
  }
  return 0;
}

std::size_t KeyNumbers::of(std::string_view key) {
  if (const auto found = numbers_.find(key); found != numbers_.end()) return found->second;
  if (numbers_.size() == kMost) return kMost;
  return numbers_.emplace(key, numbers_.size()).first->second;
}

void LoadTally::begin_window() {
  updates = frames = bytes = 0;
  latency.clear();
  caught_up.clear();
}

}  // namespace tailrace
