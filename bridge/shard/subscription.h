// One subscription of one session: it finds where to start (opening.h), answers `subscribed`, and then is a cursor. Lives on
// its shard's thread; owned by its session; what it asks of Kafka comes back through weak pointers.
//
//   pending (channel not open) ─► opening ─► flowing ─► over
#pragma once

#include "shard/channel_view.h"
#include "shard/cursor.h"
#include "shard/opening.h"
#include "shard/outlet.h"
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
  void on_closed(std::string_view code);
  void say_held(const TransactionStatus& status);
  void say_topic(const TopicStatus& status);

  // The next frame, or why there is none now.
  Cursor::Step next(Piece& piece);
  void rewind(std::uint64_t sequence) { cursor_->rewind(sequence); }
  void drop_page() {
    if (cursor_) cursor_->drop_page();
  }
  // Asks for the page that it lacks; `ended` is called when it has it. False where it lacks none any more.
  bool request_page(std::function<void()> ended);
  Position position() const;
  Offset lag() const;  // offsets up to the end; those of a catching-up cursor are not all records
  bool catching_up() const { return cursor_ && cursor_->catching_up(); }

  hooks::Hook ready_hook;

 private:
  void begin();
  void find_place(SubscribeCommand command, Opening::Done done);
  void flow(Opening::Found found);
  void name_beginnings(Offsets& next) const;
  void watch_ahead(Millis below_since);
  void judge_ahead(Millis below_since, const Result<std::vector<Bounds>>& bounds);
  bool ahead_of(const Offsets& ends) const;
  bool may_be_ahead_of(const Offsets& ends) const;
  bool has_to_prove() const;
  void prove();
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
  std::list<Subscription*>::iterator place_;  // in the view's list
  std::optional<Cursor> cursor_;
  std::shared_ptr<Opening> opening_;
  std::vector<std::optional<Anchor>> unproven_;
  bool proving_ = false;   // soon
  bool anchored_ = false;  // the position that it began with had an anchor everywhere it lay ahead
  bool counted_catching_up_ = false;
  std::uint32_t flow_ = 0;  // counts resets: what was asked before one means nothing after it
};

}  // namespace tailrace
