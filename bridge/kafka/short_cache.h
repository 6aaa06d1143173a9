// What was asked a moment ago: a herd asks once. One thread.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <utility>

namespace tailrace {

template <class Key, class Value>
class ShortCache {
 public:
  using Clock = std::chrono::steady_clock;

  explicit ShortCache(std::chrono::milliseconds keep) : keep_(keep) {}

  std::optional<Value> find(const Key& key, Clock::time_point now) const {
    const auto found = values_.find(key);
    if (found == values_.end() || now - found->second.first > keep_) return std::nullopt;
    return found->second.second;
  }

  void put(const Key& key, Value value, Clock::time_point now) {
    if (values_.size() >= kMost) std::erase_if(values_, [&](const auto& entry) { return now - entry.second.first > keep_; });
    if (values_.size() >= kMost) values_.clear();
    values_.insert_or_assign(key, std::pair(now, std::move(value)));
  }

 private:
  static constexpr std::size_t kMost = 10'000;
  const std::chrono::milliseconds keep_;
  std::map<Key, std::pair<Clock::time_point, Value>> values_;
};

}  // namespace tailrace
