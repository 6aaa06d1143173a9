// What the listeners and connections count; any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace tailrace {

class NetProbe {
 public:
  void accepted() { ++accepted_; }
  void refused(const std::string& why) { count(refusals_, why); }
  void closed(int code) { count(closes_, std::to_string(code)); }
  void faulted(const std::string& code) { count(faults_, code); }

  using Counts = std::map<std::string, std::uint64_t>;
  std::uint64_t accepts() const { return accepted_; }
  Counts refusals() const { return copy(refusals_); }
  Counts closes() const { return copy(closes_); }

 private:
  void count(Counts& counts, const std::string& label) {
    const std::lock_guard lock(mutex_);
    ++counts[label];
  }
  Counts copy(const Counts& counts) const {
    const std::lock_guard lock(mutex_);
    return counts;
  }

  mutable std::mutex mutex_;
  std::atomic<std::uint64_t> accepted_{0};
  Counts refusals_;
  Counts closes_;
  Counts faults_;
};

}  // namespace tailrace
