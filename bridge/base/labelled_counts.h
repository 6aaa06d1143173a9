// Counters by label, for what is rare enough for a lock: refusals, closes. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace tailrace {

class LabelledCounts {
 public:
  using Counts = std::map<std::string, std::uint64_t>;

  void add(const std::string& label) {
    const std::lock_guard lock(mutex_);
    ++counts_[label];
  }
  Counts all() const {
    const std::lock_guard lock(mutex_);
    return counts_;
  }

 private:
  mutable std::mutex mutex_;
  Counts counts_;
};

}  // namespace tailrace
