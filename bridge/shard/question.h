// One question to Kafka that many ask at once: asked once, answered to all, and remembered for a moment. Lives on its
// shard's thread; `ask` brings the answer back to that thread.
#pragma once

#include "base/error.h"
#include "log/offset.h"

#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace tailrace {

template <class T>
class Question {
 public:
  using Done = std::function<void(const Result<T>&)>;

  // `ask` starts the asking and calls answer() later. Errors are not remembered.
  void put(Millis now, Millis keep, const std::function<void()>& ask, Done done) {
    if (answer_ && now < asked_ + keep) return done(*answer_);
    waiting_.push_back(std::move(done));
    if (waiting_.size() > 1) return;
    asked_ = now;
    ask();
  }

  void answer(Result<T> result) {
    const auto waiting = std::exchange(waiting_, {});
    answer_ = result.has_value() ? std::optional(std::move(result)) : std::nullopt;
    const Result<T> kept = answer_ ? *answer_ : result;
    for (const Done& done : waiting) done(kept);
  }

  void forget() { answer_.reset(); }  // what is known: who waits, waits on

  bool idle(Millis now, Millis keep) const { return waiting_.empty() && now >= asked_ + keep; }

 private:
  Millis asked_ = 0;
  std::optional<Result<T>> answer_;
  std::vector<Done> waiting_;
};

}  // namespace tailrace
