// So many places in all, so many for one holder. Any thread.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>

namespace tailrace {

class Quota {
 public:
  enum class Taken { yes, full, holder_full };

  Quota(std::size_t total, std::size_t per_holder) : total_(total), per_holder_(per_holder) {}

  // An empty holder is nobody in particular and counts in all only.
  Taken take(const std::string& holder) {
    const std::lock_guard lock(mutex_);
    if (taken_ >= total_) return Taken::full;
    if (!holder.empty() && by_holder_[holder] >= per_holder_) return Taken::holder_full;
    if (!holder.empty()) ++by_holder_[holder];
    ++taken_;
    return Taken::yes;
  }
  // Who has a place keeps it.
  void change(std::size_t total, std::size_t per_holder) {
    const std::lock_guard lock(mutex_);
    total_ = total;
    per_holder_ = per_holder;
  }
  void give_back(const std::string& holder) {
    const std::lock_guard lock(mutex_);
    --taken_;
    if (const auto at = by_holder_.find(holder); at != by_holder_.end() && --at->second == 0) by_holder_.erase(at);
  }

 private:
  std::mutex mutex_;
  std::size_t total_;
  std::size_t per_holder_;
  std::size_t taken_ = 0;
  std::map<std::string, std::size_t> by_holder_;
};

}  // namespace tailrace
