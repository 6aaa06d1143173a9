// A cursor with a socket before it and a receiver behind that. The socket takes some of what it is offered and is then
// full for a while: what came in step goes back to the cursor, the rest is kept and goes first when there is room again.
#pragma once

#include "shard/model/receiver.h"

#include <deque>
#include <memory>

namespace tailrace::model {

class Subscriber {
 public:
  Subscriber(ChannelLog& log, Receiver receiver, const Offsets& next, const std::optional<Offsets>& to)
      : receiver_(std::move(receiver)), cursor_(std::make_unique<Cursor>(log, [this] { ready_ = true; })), to_(to) {
    cursor_->start(next, to);
  }

  // One serving: offers some items; without `dice` the socket takes everything.
  void turn(Dice* dice) {
    if (full_ && dice && !dice->one_in(3)) return;
    full_ = false;
    send_kept();
    if (!ready_ || ended_) return;
    std::vector<Cursor::Item> items = collect(dice ? static_cast<std::size_t>(dice->between(1, 12)) : 64);
    const auto sent = dice && dice->one_in(3) ? dice->between(0, static_cast<std::int64_t>(items.size()) - 1)
                                              : static_cast<std::int64_t>(items.size());
    for (std::int64_t i = 0; i < sent; ++i) receiver_.take(items[static_cast<std::size_t>(i)]);
    if (sent < static_cast<std::int64_t>(items.size())) fill_up({items.begin() + sent, items.end()});
    if (!full_) check_place();
  }

  // The page it waits for: where it begins, and the answer (none: denied).
  std::optional<Span> wanted() const { return asked_ ? std::optional(cursor_->wanted()) : std::nullopt; }
  void answer(PagePtr page) {
    asked_ = false;
    page ? cursor_->give(std::move(page)) : cursor_->deny();
  }

  // The history broke: `resume` says for every partition where to go on (kUnknown: where it is).
  void reset(const Offsets& resume, bool recreated, Receiver fresh) {
    Offsets next = cursor_->offsets();
    next.resize(std::max(next.size(), resume.size()), kUnknown);
    for (std::size_t p = 0; p < resume.size(); ++p)
      if (resume[p] != kUnknown) next[p] = recreated ? resume[p] : std::min(next[p], resume[p]);
    if (recreated) next.resize(resume.size());
    receiver_ = std::move(fresh);
    receiver_.stand(next);
    asked_ = false;
    ready_ = true;
    cursor_->start(next, to_);
  }

  void send_kept() {
    for (; !kept_.empty(); kept_.pop_front()) receiver_.take(kept_.front());
  }
  // Where it stands is where its receiver stands, all that was taken having been sent.
  void check_place() const {
    if (ended_) return;
    const Offsets next = cursor_->offsets();
    for (std::size_t p = 0; p < next.size(); ++p)
      if (next[p] != receiver_.next(static_cast<Partition>(p))) throw Broken("cursor and receiver disagree");
  }

  bool idle() const { return ended_ || (!ready_ && !asked_ && kept_.empty()); }
  bool ended() const { return ended_; }
  bool in_step() const { return cursor_->in_step(); }
  const std::optional<Offsets>& to() const { return to_; }
  const Receiver& receiver() const { return receiver_; }
  Offset next(Partition partition) const { return receiver_.next(partition); }

 private:
  std::vector<Cursor::Item> collect(std::size_t most) {
    std::vector<Cursor::Item> items;
    while (items.size() < most) {
      Cursor::Item item;
      const auto step = cursor_->step(item);
      if (step == Cursor::Step::item) {
        items.push_back(std::move(item));
        continue;
      }
      asked_ = step == Cursor::Step::page;
      ended_ = step == Cursor::Step::ended;
      ready_ = false;
      break;
    }
    return items;
  }

  void fill_up(std::vector<Cursor::Item> unsent) {
    full_ = true;
    for (const auto& item : unsent)
      if (!item.in_step) kept_.push_back(item);
    for (auto item = unsent.rbegin(); item != unsent.rend(); ++item) {
      if (!item->in_step) continue;
      if (ended_) throw Broken("in step, and yet it had an end");
      cursor_->rewind(item->sequence);
      ready_ = true;
    }
    if (ready_) cursor_->drop_page();
  }

  Receiver receiver_;
  std::unique_ptr<Cursor> cursor_;
  std::optional<Offsets> to_;
  std::deque<Cursor::Item> kept_;
  bool ready_ = true;   // said so, and not yet served until it waited
  bool asked_ = false;  // for a page
  bool full_ = false;   // its socket
  bool ended_ = false;
};

}  // namespace tailrace::model
