// One subscription of one session: it finds where to start, answers `subscribed`, and then is a cursor. Lives on its
// shard's thread; owned by its session; what it asks of Kafka comes back through weak pointers.
//
//   pending (channel not open) ─► resolving (start, end) ─► checking (anchors) ─► flowing ─► over
#pragma once

#include "shard/channel_view.h"
#include "shard/cursor.h"
#include "shard/outlet.h"
#include "wire/command.h"
#include "wire/reply.h"

namespace tailrace {

class Session;

class Subscription : public std::enable_shared_from_this<Subscription> {
 public:
  Subscription(Session& session, SubscribeCommand command, CommandId id);
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  const std::string& channel() const { return command_.channel; }
  bool flowing() const { return cursor_.has_value(); }
  const CommandId& id() const { return id_; }
  const ChannelView* view() const { return view_.get(); }

  void open(std::shared_ptr<ChannelView> view);
  void on_reset(const LogReset& reset);
  void say_held(const TransactionStatus& status);

  // The next frame, or why there is none now.
  Cursor::Step next(Piece& piece);
  void rewind(std::uint64_t sequence) { cursor_->rewind(sequence); }
  void drop_page() {
    if (cursor_) cursor_->drop_page();
  }
  void request_page();
  Position position() const;
  bool catching_up() const { return cursor_ && cursor_->catching_up(); }

  hooks::Hook ready_hook;

 private:
  struct Beginning {
    Offsets next;
    std::vector<std::optional<Anchor>> anchors;
    std::optional<Offsets> to;
    std::string reset;  // the reason, when the position asked for means nothing here
  };

  void begin(const Start& from);
  void begin_at(const Position& position);
  void begin_over(std::string reason);
  void fill_unknown(Beginning beginning);
  void check_anchors(Beginning beginning, std::size_t from);
  std::optional<bool> same_history(Partition partition, const Anchor& anchor) const;
  void differs(Beginning beginning, Partition partition);
  void find_end(Beginning beginning);
  void flow(Beginning beginning);
  void watch_ahead(Millis below_since);
  void judge_ahead(Millis below_since, const Result<std::vector<Bounds>>& bounds);
  bool ahead_of(const Offsets& ends) const;
  void go_on(Offsets next, std::string_view reason);
  void fail(const Error& error);
  void retry(std::function<void()> step);
  void count_catching_up(bool now);
  template <class F>
  auto alive(F step);

  Session& session_;
  SubscribeCommand command_;
  CommandId id_;
  std::shared_ptr<ChannelView> view_;
  std::optional<Cursor> cursor_;
  bool anchored_ = false;  // the position that it began with had an anchor everywhere it lay ahead
  bool counted_catching_up_ = false;
  std::uint32_t flow_ = 0;  // counts resets: what was asked before one means nothing after it
};

}  // namespace tailrace
