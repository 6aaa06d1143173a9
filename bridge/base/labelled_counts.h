// Counters by label, for what is rare enough for a lock: refusals, closes, gaps. Labels that are known ahead are counted
// from 0, as alerts need it. Any thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <mutex>
#include <string>

namespace tailrace {

class LabelledCounts {
 public:
  using Counts = std::map<std::string, std::uint64_t>;

  LabelledCounts() = default;
  LabelledCounts(std::initializer_list<const char*> labels) {
    for (const char* label : labels) counts_[label] = 0;
  }

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
