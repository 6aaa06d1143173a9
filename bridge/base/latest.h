// A value of which there is one at a time, set by one thread and read by any. A reader keeps what it got.
#pragma once

#include <memory>
#include <mutex>

namespace tailrace {

template <class Value>
class Latest {
 public:
  explicit Latest(std::shared_ptr<const Value> value) : value_(std::move(value)) {}

  std::shared_ptr<const Value> get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  void set(std::shared_ptr<const Value> value) {
    const std::lock_guard lock(mutex_);
    value_.swap(value);  // the old one goes after the lock: `value` outlives it
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Value> value_;
};

}  // namespace tailrace
