// Of one session, one page is read at a time, whatever it subscribed to and looks for: nobody else waits behind a thousand
// channels. Lives on its shard's thread.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <utility>

namespace tailrace {

class PageTurns : public std::enable_shared_from_this<PageTurns> {
 public:
  // Begins a read, and calls what it is given when that has ended; false where no page is wanted any more.
  using Begin = std::function<bool(std::function<void()> ended)>;

  void want(Begin begin) {
    waiting_.push_back(std::move(begin));
    next();
  }
  // What waits may hold whoever holds this.
  void clear() { const auto gone = std::exchange(waiting_, {}); }

 private:
  void next() {
    while (!under_way_ && !waiting_.empty()) {
      const Begin begin = std::move(waiting_.front());
      waiting_.pop_front();
      under_way_ = begin([weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self) return;
        self->under_way_ = false;
        self->next();
      });
    }
  }

  std::deque<Begin> waiting_;
  bool under_way_ = false;
};

// Who looks for a place: the search ends with it.
struct Asker {
  std::weak_ptr<void> alive;
  std::shared_ptr<PageTurns> turns;
};

}  // namespace tailrace
