// One client connection: its subscriptions, its replies, its rights to talk. Lives on its shard's thread; the transport
// owns it through a shared pointer and drives it; it holds no data of its own but a few replies.
#pragma once

#include "base/token_bucket.h"
#include "shard/outlet.h"
#include "shard/page_turns.h"
#include "shard/rounds.h"
#include "shard/subscription.h"
#include "shard/wire_log.h"

#include <map>
#include <span>

namespace tailrace {

class Shard;

struct SessionLimits {
  std::size_t message_bytes = 64 << 10;
  std::size_t subscriptions = 1000;
  double message_burst = 2000;
  double messages_per_second = 100;
  double fault_burst = 20;
  double faults_per_second = 1;
  std::size_t unanswered_times = 16;
  std::size_t unsent_replies = 256 << 10;
};

// Since when a session holds bytes that its socket did not take, and what its client had acknowledged by then.
struct Pin {
  Millis since = 0;
  std::uint64_t acknowledged = 0;
};

class Session final : public Served, public std::enable_shared_from_this<Session> {
 public:
  // `outlet` must outlive the session's being open.
  Session(Shard& shard, Outlet& outlet, std::string name, std::string peer);
  ~Session() override;

  void open();   // says welcome
  void close();  // the connection is gone: lets go of everything
  void receive(std::string_view message);
  void receive_binary();
  void receive_ping();  // or a pong that nobody asked for: counts as a message
  void receive_query(SubscribeCommand command, const std::optional<Error>& error);

  // ---- for the transport
  std::string take_replies() { return std::exchange(replies_, {}); }
  bool has_replies() const { return !replies_.empty(); }
  // A client that asks and does not read: it is not read either.
  bool replies_clogged() const { return replies_.size() > (64 << 10); }
  // Fills `pieces` with the next frames, at most about `max_bytes`; false when there is nothing more to send for now.
  bool collect(std::vector<Piece>& pieces, std::size_t max_bytes);
  // A frame that the socket did not take and that its cursor can take back; from the last to the first. It is as if no more
  // than what comes before it had been collected.
  void give_back(const Piece& unsent);
  void writable() { shard_round(); }
  void idle_pages();  // the socket is full: hold no pages meanwhile
  void sent(std::span<const Piece> pieces);  // by one write: what has begun, and what can't be given back and goes next
  void pinned(std::size_t bytes);  // what the blocked gate holds now
  const Pin& pin() const { return pin_; }
  hooks::Hook pin_hook;
  bool reads_on();  // since it was pinned, or this was last asked, its client has acknowledged something: pinned anew
  void serve() override { outlet_.serve(); }

  // ---- for its subscriptions and its shard
  Shard& shard() { return shard_; }
  const std::shared_ptr<PageTurns>& turns() { return turns_; }
  void ready(Subscription& subscription);
  void say(std::string frame);
  void say_reset(const std::string& channel, std::string_view reason, const Position& position);
  void refuse(Subscription& subscription, const Error& error);
  void topics_known();
  void channel_opened(const std::shared_ptr<ChannelView>& view);
  void channel_closed(const std::string& channel, std::string_view code);
  void drain(Millis reconnect_in);
  void stalled(std::string_view why);  // closes, and counts once
  Outlet& outlet() { return outlet_; }

  // ---- for the watch (shard/watch.h)
  struct Watch {
    Millis due = 0;
    Millis last_sent = 0;
    std::uint64_t acknowledged = 0;
    Millis acknowledged_at = 0;
    std::uint64_t message = 0;  // that was under way at the last look
    Millis message_since = 0;
  };
  Watch watch;
  hooks::Hook watch_hook;

  struct Summary {
    std::string name, peer;
    std::vector<std::string> channels;
    Offset lag = 0;  // offsets between its cursors and the ends
    bool catching_up = false;
    bool blocked = false;
    std::uint64_t sent_bytes = 0;
    Millis opened = 0;
  };
  Summary summary() const;
  const std::string& name() const { return name_; }
  WireLog& wire_log() { return wire_log_; }
  // Adds what each of its cursors lacks.
  void add_lags(std::vector<Offset>& lags) const;

 private:
  void shard_round();
  void pin(std::uint64_t acknowledged);
  bool may_talk();
  void subscribe(SubscribeCommand command, CommandId id);
  void on(const SubscribeCommand& command, CommandId id);
  void on(const UnsubscribeCommand& command, CommandId id);
  void on(const AuthCommand& command, CommandId id);
  void on(const ChannelsCommand& command, CommandId id);
  void on(const TimesCommand& command, CommandId id);
  void on(const PingCommand& command, CommandId id);
  void answer_times(const TimesCommand& command, CommandId id);
  void fault(const Error& error, CommandId id);
  void refuse(const Error& error, bool retry, CommandId id, std::string_view channel = {});
  bool serve_one(Subscription& subscription, std::vector<Piece>& pieces, std::size_t max_bytes, std::size_t& bytes);
  void end(Subscription& subscription);
  void forget(const std::string& channel);
  bool waits_for(const std::string& channel) const;
  void refuse_early_times(const std::string& channel, const Error& error, bool retry);

  using ReadyList = boost::intrusive::list<Subscription, boost::intrusive::member_hook<Subscription, hooks::Hook, &Subscription::ready_hook>,
                                           boost::intrusive::constant_time_size<false>>;

  Shard& shard_;
  Outlet& outlet_;
  const std::string name_;
  const std::string peer_;
  WireLog wire_log_{name_};
  std::map<std::string, std::shared_ptr<Subscription>> subscriptions_;
  ReadyList ready_;
  const std::shared_ptr<PageTurns> turns_ = std::make_shared<PageTurns>();
  std::size_t turn_ = 0;  // bytes that the first of them was sent in its turn
  std::string replies_;
  TokenBucket messages_;
  TokenBucket faults_;
  std::size_t unanswered_times_ = 0;
  std::vector<std::pair<TimesCommand, CommandId>> early_times_;  // for channels that are still to open
  std::uint64_t sent_bytes_ = 0;
  std::size_t pinned_ = 0;
  Pin pin_;
  bool stalled_ = false;
  Millis opened_ = 0;
  bool open_ = false;
};

}  // namespace tailrace
