#include "shard/shard.h"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace tailrace {

namespace {

constexpr Millis kBoundsKeep = 1000;
constexpr Millis kTimesKeep = 5000;
constexpr Millis kAnchorsKeep = 10'000;  // those that could be had, when not all could
constexpr std::size_t kMostTimes = 64;  // lists of times of one channel that are kept without need

// Who is told something may leave meanwhile.
template <class List>
auto snapshot(const List& list) {
  return std::vector(list.begin(), list.end());
}

}  // namespace

Shard::Shard(ShardOptions options, std::set<std::string> expected, Archive& archive, PageCache& pages, ShardProbe& probe)
    : options_(std::move(options)), expected_(std::move(expected)), archive_(archive), pages_(pages), probe_(probe),
      inbox_(options_.inbox_bytes), rounds_(io_, probe_),
      watch_(io_, {options_.heartbeat, options_.stall_timeout}) {}

// Connections live in what still waits in io_, which goes last: their sessions leave while there is something to leave.
Shard::~Shard() {
  for (Session* session : snapshot(sessions_)) session->close();
}

// ---- from other threads

bool Shard::deliver(const FeedEvent& event, std::size_t bytes) {
  const auto pushed = inbox_.push(event, bytes);
  if (pushed == Inbox<FeedEvent>::Pushed::first) boost::asio::post(io_, [this] { drain(); });
  return pushed != Inbox<FeedEvent>::Pushed::full;
}

void Shard::skip_to(std::vector<LogSkipped> newest) {
  probe_.inbox_overflows.fetch_add(1);
  inbox_.clear([](const FeedEvent& event) {
    return std::holds_alternative<LogAppended>(event) || std::holds_alternative<LogTrimmed>(event);
  });
  for (LogSkipped& skipped : newest) deliver(std::move(skipped), 0);
}

void Shard::post(std::function<void()> step) { boost::asio::post(io_, std::move(step)); }

void Shard::change(const SessionLimits& limits, std::set<std::string> expected) {
  options_.limits = limits;
  expected_ = std::move(expected);
  topics_known_ = false;  // Kafka is asked again, and TopicsKnown comes again
}

// ---- ingest's events

void Shard::drain() {
  for (FeedEvent& event : inbox_.drain()) std::visit([this](auto&& one) { on(std::move(one)); }, event);
}

std::shared_ptr<ChannelView> Shard::find(ChannelId id) const {
  const auto at = views_.find(id);
  return at == views_.end() ? nullptr : at->second;
}

std::shared_ptr<ChannelView> Shard::view(const std::string& channel) const {
  const auto at = names_.find(channel);
  return at == names_.end() ? nullptr : find(at->second);
}

void Shard::on(LogOpened&& opened) {
  const auto view = std::make_shared<ChannelView>(std::move(opened));
  views_[view->channel->id] = view;
  names_[view->channel->name] = view->channel->id;
  denied_.erase(view->channel->name);
  const auto waiting = waiting_.extract(view->channel->name);
  if (waiting.empty()) return;
  for (Session* session : waiting.mapped()) session->channel_opened(view);
}

void Shard::on(LogAppended&& appended) {
  const auto view = find(appended.channel);
  if (!view) return;
  add(probe_.log_bytes, appended.batch->bytes());
  view->append(std::move(appended.batch));
}

void Shard::on(LogTrimmed&& trimmed) {
  const auto view = find(trimmed.channel);
  if (!view) return;
  const std::size_t before = view->log.bytes();
  view->log.trim(trimmed.tail);
  sub(probe_.log_bytes, before - view->log.bytes());
}

void Shard::on(PartitionStarted&& started) {
  if (const auto view = find(started.channel)) view->start_partition(started.partition, started.start);
}

void Shard::on(LogReset&& reset) {
  const auto view = find(reset.channel);
  if (!view) return;
  sub(probe_.log_bytes, view->log.bytes());
  view->reset(reset);
  for (Subscription* subscription : snapshot(view->subscriptions)) subscription->on_reset(reset);
}

void Shard::on(LogSkipped&& skipped) {
  const auto view = find(skipped.channel);
  if (!view) return;
  sub(probe_.log_bytes, view->log.bytes());
  view->skip(skipped);
}

void Shard::on(LogClosed&& closed) {
  const std::string& name = closed.channel->name;
  closed.code == kTopicUnavailable ? void(denied_.insert(name)) : void(denied_.erase(name));
  if (const auto view = find(closed.channel->id)) {
    sub(probe_.log_bytes, view->log.bytes());
    names_.erase(name);
    views_.erase(closed.channel->id);
    for (Subscription* subscription : snapshot(view->subscriptions)) subscription->on_closed(closed.code);
  }
  const auto waiting = waiting_.extract(name);
  if (waiting.empty()) return;
  for (Session* session : waiting.mapped()) session->channel_closed(name, closed.code);
}

void Shard::on(ChannelNumbers&& numbers) {
  if (const auto view = find(numbers.channel)) view->numbers = std::move(numbers);
}

void Shard::on(TopicsKnown&&) {
  topics_known_ = true;
  for (Session* session : snapshot(sessions_)) session->topics_known();
}

void Shard::on(KafkaStatus&& status) {
  const bool news = kafka_.since == 0 ? !status.reachable : kafka_.reachable != status.reachable;
  if (kafka_.since == 0 || news) kafka_ = status;
  if (!news) return;
  for (Session* session : snapshot(sessions_))
    session->say(kafka_status_frame(status.reachable, status.since));
}

void Shard::on(TransactionStatus&& status) {
  const auto view = find(status.channel);
  if (!view) return;
  if (status.held)
    view->held[status.partition] = status;
  else
    view->held.erase(status.partition);
  for (Subscription* subscription : snapshot(view->subscriptions)) subscription->say_held(status);
}

void Shard::on(TopicStatus&& status) {
  const auto view = find(status.channel);
  if (!view) return;
  view->missing = status.present ? std::nullopt : std::optional(status);
  for (Subscription* subscription : snapshot(view->subscriptions)) subscription->say_topic(status);
}

// ---- sessions

void Shard::join(Session& session) {
  sessions_.insert(&session);
  watch_.add(session, steady_millis());
  add(probe_.sessions);
  add(probe_.sessions_opened);
}

void Shard::leave(Session& session) {
  sessions_.erase(&session);
  Watch::remove(session);
  session.round_hook.unlink();
  sub(probe_.sessions);
}

void Shard::stop_waiting(const std::string& channel, Session& session) {
  const auto at = waiting_.find(channel);
  if (at == waiting_.end()) return;
  at->second.erase(&session);
  if (at->second.empty()) waiting_.erase(at);
}

void Shard::pin(Session& session) {
  session.pin_hook.unlink();
  pins_.push_back(session);
}

void Shard::pinned(std::size_t now, std::size_t before) {
  pinned_bytes_ += now - before;
  probe_.pinned_bytes = pinned_bytes_;
  if (now > before && !room_wanted_) make_room();
}

// Those go whose clients have acknowledged nothing for a moment, the longest first. Who reads, however slowly, stays.
void Shard::make_room() {
  while (pinned_bytes_ > options_.pinned_bytes && !pins_.empty()) {
    Session& longest = pins_.front();
    if (const Millis left = longest.pin().since + options_.blocked_moment - steady_millis(); left > 0) {
      room_wanted_ = true;
      return after(left, [this] {
        room_wanted_ = false;
        make_room();
      });
    }
    if (longest.reads_on()) continue;
    longest.stalled("the longest-stalled connection made room");
    longest.pinned(0);  // as good as gone
  }
}

std::vector<ChannelSummary> Shard::summaries() const {
  std::vector<ChannelSummary> all;
  for (const auto& [id, view] : views_)
    all.push_back({view->channel->name, view->channel->topic, view->numbers.earliest, view->live(), view->numbers.rate});
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return all;
}

// ---- questions

void Shard::ask_page(ChannelPtr channel, Partition partition, Offset from, OnPage done) {
  pages_.ask(std::move(channel), partition, from, [this, done = std::move(done)](Result<PagePtr> page) {
    post([done, page = std::move(page)] { done(page); });
  });
}

void Shard::ask_page(const Asker& asker, ChannelPtr channel, Partition partition, Offset from, OnPage done) {
  asker.turns->want([=, this, alive = asker.alive](const std::function<void()>& ended) {
    if (alive.expired()) return false;
    ask_page(channel, partition, from, [ended, done](const Result<PagePtr>& page) {
      done(page);
      ended();
    });
    return true;
  });
}

void Shard::ask_bounds(const std::shared_ptr<ChannelView>& view, OnBounds done) {
  view->bounds.put(steady_millis(), kBoundsKeep, [&] { fetch_bounds(view); }, std::move(done));
}

void Shard::fetch_bounds(const std::shared_ptr<ChannelView>& view) {
  archive_.bounds(view->channel, [this, view, resets = view->resets](Result<std::vector<Bounds>> bounds) {
    post([this, view, resets, bounds = std::move(bounds)] {
      if (view->resets != resets) return fetch_bounds(view);
      view->bounds.answer(bounds);
    });
  });
}

void Shard::ask_times(const std::shared_ptr<ChannelView>& view, std::vector<Millis> at, OnTimes done) {
  for (Millis& time : at) time = time < 0 ? 0 : time / 1000 * 1000;
  const Millis now = steady_millis();
  const Millis keep = view->times.size() < kMostTimes ? kTimesKeep : 0;
  std::erase_if(view->times, [&](const auto& one) { return one.second.idle(now, keep); });
  view->times[at].put(now, kTimesKeep, [&] { fetch_times(view, at); }, std::move(done));
}

void Shard::fetch_times(const std::shared_ptr<ChannelView>& view, const std::vector<Millis>& at) {
  archive_.times(view->channel, at, [this, view, at, resets = view->resets](Result<TimeOffsets> times) {
    post([this, view, at, resets, times = std::move(times)]() mutable {
      if (view->resets != resets) return fetch_times(view, at);
      if (times) view->place_times(at, *times);
      view->times[at].answer(times);
    });
  });
}

// The record before each partition's end, read back once, so that who never receives an update can resume.
void Shard::with_anchors(const std::shared_ptr<ChannelView>& view, std::function<void()> done) {
  const bool fresh = view->anchors_asked_at != 0 && steady_millis() - view->anchors_asked_at < kAnchorsKeep;
  if (view->anchors_known || (fresh && view->waiting_for_anchors.empty())) return done();
  view->waiting_for_anchors.push_back(std::move(done));
  if (view->waiting_for_anchors.size() > 1) return;
  view->anchors_asked_at = steady_millis();
  std::vector<Place> places;
  const Offsets live = view->live();
  for (std::size_t p = 0; p < live.size(); ++p)
    if (live[p] > 0) places.push_back({static_cast<Partition>(p), live[p], {}});
  if (places.empty()) return view->learn_anchors({}, LastUpdates{});
  auto found = [this, view, places](Result<LastUpdates> anchors) {
    post([view, places, anchors = std::move(anchors)] { view->learn_anchors(places, anchors); });
  };
  archive_.last_before(view->channel, places, std::move(found));
}

void Shard::after(Millis delay, std::function<void()> step) {
  auto timer = std::make_shared<boost::asio::steady_timer>(io_, std::chrono::milliseconds(delay));
  timer->async_wait([timer, step = std::move(step)](const boost::system::error_code& error) {
    if (!error) step();
  });
}

}  // namespace tailrace
