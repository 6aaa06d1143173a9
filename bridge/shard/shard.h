// One thread, one io_context, its sessions and its view of the logs. Others reach it by deliver() (ingest's events) and by
// posting to io(); everything else is its own thread's business.
#pragma once

#include "base/clock.h"
#include "base/inbox.h"
#include "log/feed.h"
#include "shard/page_cache.h"
#include "shard/page_turns.h"
#include "shard/watch.h"
#include "wire/command.h"
#include "wire/reply.h"

#include <boost/asio/io_context.hpp>

#include <set>
#include <unordered_map>

namespace tailrace {

struct ShardOptions {
  Millis heartbeat = 15'000;
  Millis stall_timeout = 60'000;
  Millis close_within = 5'000;  // what a connection has from its close frame to its end
  std::size_t inbox_bytes = 32 << 20;
  std::size_t pinned_bytes = 64 << 20;  // what blocked writers may hold of evicted batches
  Millis blocked_moment = 1'000;        // who has been blocked for less may be as healthy as any
  Millis retry_after = 500;             // a question that Kafka did not answer is asked again
  SessionLimits limits;
};

class Shard {
 public:
  using OnPage = std::function<void(const Result<PagePtr>&)>;
  using OnBounds = std::function<void(const Result<std::vector<Bounds>>&)>;
  using OnTimes = std::function<void(const Result<TimeOffsets>&)>;

  // `archive`, `pages` and `probe` must outlive it. `expected`: the channels that are configured by name.
  Shard(ShardOptions options, std::set<std::string> expected, Archive& archive, PageCache& pages, ShardProbe& probe);
  ~Shard();

  // ---- any thread
  boost::asio::io_context& io() { return io_; }
  bool deliver(const FeedEvent& event, std::size_t bytes);  // false: the inbox is full
  void skip_to(std::vector<LogSkipped> newest);             // after an overflow
  void post(std::function<void()> step);

  // ---- its thread
  // Other limits, for the sessions that come, and other channels to expect.
  void change(const SessionLimits& limits, std::set<std::string> expected);
  const ShardOptions& options() const { return options_; }
  const SessionLimits& limits() const { return options_.limits; }
  ShardProbe& probe() { return probe_; }
  Rounds& rounds() { return rounds_; }
  CommandParser& parser() { return parser_; }
  const KafkaStatus& kafka() const { return kafka_; }
  Millis now() const { return now_millis(); }

  std::shared_ptr<ChannelView> view(const std::string& channel) const;
  // Whether the channel may still come: it is configured by name, or Kafka was not asked yet what patterns make of it.
  bool expects(const std::string& channel) const { return !topics_known_ || expected_.contains(channel); }
  bool denied(const std::string& channel) const { return denied_.contains(channel); }  // by Kafka
  std::vector<ChannelSummary> summaries() const;
  void join(Session& session);
  void leave(Session& session);
  // For a channel that is still to open: channel_opened() tells it.
  void wait_for(const std::string& channel, Session& session) { waiting_[channel].insert(&session); }
  void stop_waiting(const std::string& channel, Session& session);
  const std::set<Session*>& sessions() const { return sessions_; }
  // What one session's blocked gate holds: so much now, so much before. Over the limit the longest-stalled goes.
  void pinned(std::size_t now, std::size_t before);
  void pin(Session& session);  // behind all who are

  // ---- questions: answered on its thread
  void ask_page(ChannelPtr channel, Partition partition, Offset from, OnPage done);
  void ask_page(const Asker& asker, ChannelPtr channel, Partition partition, Offset from, OnPage done);  // in its turn
  void ask_bounds(const std::shared_ptr<ChannelView>& view, OnBounds done);
  void ask_times(const std::shared_ptr<ChannelView>& view, std::vector<Millis> at, OnTimes done);
  void with_anchors(const std::shared_ptr<ChannelView>& view, std::function<void()> done);
  void after(Millis delay, std::function<void()> step);

 private:
  void drain();
  void make_room();
  void fetch_bounds(const std::shared_ptr<ChannelView>& view);
  void fetch_times(const std::shared_ptr<ChannelView>& view, const std::vector<Millis>& at);
  void on(LogOpened&& opened);
  void on(LogAppended&& appended);
  void on(LogTrimmed&& trimmed);
  void on(PartitionStarted&& started);
  void on(LogReset&& reset);
  void on(LogSkipped&& skipped);
  void on(LogClosed&& closed);
  void on(ChannelNumbers&& numbers);
  void on(TopicsKnown&&);
  void on(KafkaStatus&& status);
  void on(TransactionStatus&& status);
  void on(TopicStatus&& status);
  std::shared_ptr<ChannelView> find(ChannelId id) const;

  boost::asio::io_context io_{1};
  ShardOptions options_;
  std::set<std::string> expected_;
  Archive& archive_;
  PageCache& pages_;
  ShardProbe& probe_;
  Inbox<FeedEvent> inbox_;
  Rounds rounds_;
  CommandParser parser_;
  std::unordered_map<ChannelId, std::shared_ptr<ChannelView>> views_;
  std::unordered_map<std::string, ChannelId> names_;
  std::set<std::string> denied_;
  bool topics_known_ = false;
  std::set<Session*> sessions_;
  std::unordered_map<std::string, std::set<Session*>> waiting_;
  std::size_t pinned_bytes_ = 0;
  boost::intrusive::list<Session, boost::intrusive::member_hook<Session, hooks::Hook, &Session::pin_hook>,
                         boost::intrusive::constant_time_size<false>>
      pins_;  // whose gates hold bytes, the longest first
  bool room_wanted_ = false;
  Watch watch_;
  KafkaStatus kafka_{false, 0};  // nothing is known yet
};

}  // namespace tailrace
