// A queue into a thread, capped in bytes. Many may push; its owner drains. push() says when the owner must be told (it was
// empty), so that a burst costs one post.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace tailrace {

template <class T>
class Inbox {
 public:
  enum class Pushed { first, more, full };

  explicit Inbox(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  // `full` means: not taken. What must not be lost is pushed with 0 bytes, which always fits.
  Pushed push(T item, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    if (bytes > 0 && bytes_ > 0 && bytes_ + bytes > max_bytes_) return Pushed::full;
    bytes_ += bytes;
    items_.push_back(std::move(item));
    return std::exchange(told_, true) ? Pushed::more : Pushed::first;
  }

  // Drops what `droppable` says; the rest keeps its order.
  void clear(const std::function<bool(const T&)>& droppable) {
    const std::lock_guard lock(mutex_);
    std::erase_if(items_, droppable);
    bytes_ = 0;
  }

  std::vector<T> drain() {
    const std::lock_guard lock(mutex_);
    told_ = false;
    bytes_ = 0;
    return std::exchange(items_, {});
  }

  std::size_t bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  const std::size_t max_bytes_;
  mutable std::mutex mutex_;
  std::vector<T> items_;
  std::size_t bytes_ = 0;
  bool told_ = false;
};

}  // namespace tailrace
