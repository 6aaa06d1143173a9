#include "shard/subscription.h"

#include "shard/session.h"
#include "shard/shard.h"
#include "shard/starts.h"
#include "wire/batch_builder.h"
#include "wire/websocket_frame.h"

#include <algorithm>

namespace tailrace {

namespace {

constexpr Millis kRetryAfter = 500;
constexpr Millis kAheadLook = 1000;
constexpr Millis kAheadPatience = 10'000;  // of successful answers, before a position above the end is judged

// Where a subscriber that stood at `next` goes on: a truncation only ever takes it back.
Offset resumed(const LogReset& reset, std::size_t p, Offset next) {
  if (p >= reset.resume.size() || reset.resume[p] == kUnknown) return next;
  return reset.reason == "recreated" ? reset.resume[p] : std::min(next, reset.resume[p]);
}

const Error kTooManyPartitions{"too_many_partitions", "the topic has more partitions than a position can hold"};

}  // namespace

Subscription::Subscription(Session& session, SubscribeCommand command, CommandId id)
    : session_(session), command_(std::move(command)), id_(id) {}

Subscription::~Subscription() {
  if (view_) std::erase(view_->subscriptions, this);
  if (!flowing()) return;
  sub(session_.shard().probe().subscriptions);
  count_catching_up(false);
}

// Runs `step` only while this subscription is there: answers may come after it went.
template <class F>
auto Subscription::alive(F step) {
  return [weak = weak_from_this(), step = std::move(step)](auto&&... values) mutable {
    if (const auto self = weak.lock()) step(*self, std::forward<decltype(values)>(values)...);
  };
}

void Subscription::retry(std::function<void()> step) {
  session_.shard().after(kRetryAfter, alive([step = std::move(step)](Subscription&) { step(); }));
}

void Subscription::open(std::shared_ptr<ChannelView> view) {
  view_ = std::move(view);
  view_->subscriptions.push_back(this);
  if (view_->log.partitions() > kMaxPlaces) return fail(kTooManyPartitions);
  session_.shard().with_anchors(view_, alive([](Subscription& self) {
    if (const auto* position = std::get_if<Position>(&self.command_.from)) return self.begin_at(*position);
    self.begin(self.command_.from);
  }));
}

void Subscription::begin(const Start& from) {
  find_start(session_.shard(), view_, from, alive([from](Subscription& self, const Result<Offsets>& next) {
    if (next.has_error()) return self.retry([&self, from] { self.begin(from); });
    self.find_end({*next, {}, {}, {}});
  }));
}

// ---- resuming

void Subscription::begin_at(const Position& position) {
  if (position.epoch != view_->channel->epoch) return begin_over("channel_changed");
  const std::size_t count = view_->log.partitions();
  Beginning beginning{Offsets(count, 0), std::vector<std::optional<Anchor>>(count), {}, {}};
  for (const Place& place : position.places) {
    const auto p = static_cast<std::size_t>(place.partition);
    if (p >= count) {
      beginning = {Offsets(count, 0), {}, {}, "recreated"};
      return find_end(std::move(beginning));
    }
    beginning.next[p] = place.next;
    beginning.anchors[p] = place.anchor;
  }
  fill_unknown(std::move(beginning));
}

// What the position means is gone: from the client's first start.
void Subscription::begin_over(std::string reason) {
  find_start(session_.shard(), view_, command_.start, alive([reason](Subscription& self, const Result<Offsets>& next) {
    if (next.has_error()) return self.retry([&self, reason] { self.begin_over(reason); });
    self.find_end({*next, {}, {}, reason});
  }));
}

// Partitions that the position names without a place start where `start` says.
void Subscription::fill_unknown(Beginning beginning) {
  if (std::find(beginning.next.begin(), beginning.next.end(), kUnknown) == beginning.next.end())
    return check_anchors(std::move(beginning), 0);
  auto found = [beginning](Subscription& self, const Result<Offsets>& start) mutable {
    if (start.has_error()) return self.retry([&self, beginning] { self.fill_unknown(beginning); });
    for (std::size_t p = 0; p < beginning.next.size() && p < start->size(); ++p)
      if (beginning.next[p] == kUnknown) beginning.next[p] = (*start)[p];
    self.check_anchors(std::move(beginning), 0);
  };
  find_start(session_.shard(), view_, command_.start, alive(std::move(found)));
}

// Whether the anchor's record still stands, as far as memory tells: true, false, or nothing known here.
std::optional<bool> Subscription::same_history(Partition partition, const Anchor& anchor) const {
  const auto& last = view_->last[static_cast<std::size_t>(partition)];
  if (last && last->offset == anchor.offset) return last->fingerprint == anchor.fingerprint;
  const Offset tail = view_->log.tail(partition);
  if (tail == kUnknown || anchor.offset < tail) return std::nullopt;
  const Mark* mark = view_->log.find(partition, anchor.offset);
  return !mark || mark->fingerprint == anchor.fingerprint;
}

// The page that holds the anchor is the one that the replay begins with, so a herd reads it once.
void Subscription::check_anchors(Beginning beginning, std::size_t from) {
  for (std::size_t p = from; p < beginning.next.size(); ++p) {
    const auto& anchor = beginning.anchors[p];
    if (!anchor) continue;
    const auto partition = static_cast<Partition>(p);
    const auto same = same_history(partition, *anchor);
    if (same == true) continue;
    if (same == false) return differs(std::move(beginning), partition);
    auto read = [beginning, p, anchor = *anchor](Subscription& self, const Result<PagePtr>& page) mutable {
      if (page.has_error()) return self.retry([&self, beginning, p] { self.check_anchors(beginning, p); });
      const auto found = fingerprint_in(**page, anchor.offset);
      if (found && *found != anchor.fingerprint) return self.differs(std::move(beginning), static_cast<Partition>(p));
      self.check_anchors(std::move(beginning), p + 1);
    };
    return session_.shard().ask_page(view_->channel, partition, anchor->offset, alive(std::move(read)));
  }
  find_end(std::move(beginning));
}

// Another record stands at the anchor. Where this bridge saw the log being truncated it knows from where on; else
// nothing of the history can be trusted.
void Subscription::differs(Beginning beginning, Partition partition) {
  const auto p = static_cast<std::size_t>(partition);
  const auto& truncated = view_->truncated;
  if (p < truncated.size() && truncated[p] != kUnknown && truncated[p] <= beginning.anchors[p]->offset) {
    beginning.next[p] = std::min(beginning.next[p], truncated[p]);
    beginning.anchors[p].reset();
    beginning.reset = "truncated";
    return check_anchors(std::move(beginning), p + 1);
  }
  find_end({Offsets(view_->log.partitions(), 0), {}, {}, "recreated"});
}

// ---- the end, and off

void Subscription::find_end(Beginning beginning) {
  if (!command_.to) return flow(std::move(beginning));
  if (const auto* position = std::get_if<Position>(&*command_.to)) {
    if (position->epoch != view_->channel->epoch)
      return fail({"position_invalid", "the position in \"to\" belongs to another view of the channel"});
    beginning.to = beginning.next;
    for (const Place& place : position->places)
      if (const auto p = static_cast<std::size_t>(place.partition); p < beginning.to->size() && place.next != kUnknown)
        (*beginning.to)[p] = place.next;
    return flow(std::move(beginning));
  }
  auto found = [beginning](Subscription& self, const Result<Offsets>& end) mutable {
    if (end.has_error()) return self.retry([&self, beginning] { self.find_end(beginning); });
    beginning.to = *end;
    self.flow(std::move(beginning));
  };
  const Start end = std::holds_alternative<Ago>(*command_.to) ? Start(std::get<Ago>(*command_.to)) : Start(std::get<AtTime>(*command_.to));
  find_start(session_.shard(), view_, end, alive(std::move(found)));
}

void Subscription::flow(Beginning beginning) {
  Position position = view_->position_at(beginning.next);
  for (std::size_t p = 0; p < beginning.anchors.size() && p < position.places.size(); ++p)
    if (beginning.anchors[p]) position.places[p].anchor = beginning.anchors[p];
  Position head{view_->channel->epoch, {}};
  const Offsets live = view_->live();
  for (std::size_t p = 0; p < live.size(); ++p) head.places.push_back({static_cast<Partition>(p), live[p], {}});
  session_.say(subscribed_frame(channel(), position, head, id_));
  if (!beginning.reset.empty()) session_.say_reset(channel(), beginning.reset, position);
  anchored_ = !beginning.anchors.empty();
  for (std::size_t p = 0; p < beginning.anchors.size(); ++p)
    if (p < live.size() && beginning.next[p] > live[p] && !beginning.anchors[p]) anchored_ = false;
  add(session_.shard().probe().subscriptions);
  cursor_.emplace(view_->log, [this] { session_.ready(*this); });
  cursor_->start(std::move(beginning.next), std::move(beginning.to));
  for (const auto& [partition, status] : view_->held) say_held(status);
  session_.ready(*this);
  if (ahead_of(live)) watch_ahead(steady_millis());
}

// ---- a position above the end: this bridge or the leader may be behind, so it waits, and is judged on evidence only

bool Subscription::ahead_of(const Offsets& ends) const {
  const Offsets next = cursor_->offsets();
  for (std::size_t p = 0; p < next.size() && p < ends.size(); ++p)
    if (ends[p] != kUnknown && next[p] > ends[p]) return true;
  return false;
}

void Subscription::watch_ahead(Millis below_since) {
  session_.shard().after(kAheadLook, alive([below_since, flow = flow_](Subscription& self) {
    if (flow != self.flow_ || !self.ahead_of(self.view_->live())) return;
    self.session_.shard().ask_bounds(
        self.view_, self.alive([below_since, flow](Subscription& same, const Result<std::vector<Bounds>>& bounds) {
          if (flow == same.flow_) same.judge_ahead(below_since, bounds);
        }));
  }));
}

void Subscription::judge_ahead(Millis below_since, const Result<std::vector<Bounds>>& bounds) {
  const Millis now = steady_millis();
  if (bounds.has_error()) return watch_ahead(now);
  Offsets next = cursor_->offsets();
  Offsets ends;
  for (const Bounds& one : *bounds) ends.push_back(one.stable);
  if (!ahead_of(ends)) return;
  if (now - below_since < kAheadPatience) return watch_ahead(below_since);
  if (anchored_) {
    for (std::size_t p = 0; p < next.size() && p < ends.size(); ++p)
      if (ends[p] != kUnknown) next[p] = std::min(next[p], ends[p]);
    return go_on(std::move(next), "truncated");
  }
  find_start(session_.shard(), view_, command_.start, alive([now](Subscription& self, const Result<Offsets>& start) {
    if (start.has_error()) return self.watch_ahead(now);
    self.go_on(*start, "position_invalid");
  }));
}

void Subscription::go_on(Offsets next, std::string_view reason) {
  ++flow_;
  cursor_->start(next, cursor_->end());
  session_.say_reset(channel(), reason, view_->position_at(next));
  session_.ready(*this);
}

void Subscription::say_held(const TransactionStatus& status) {
  if (!flowing()) return;
  session_.say(transaction_status_frame(channel(), status.partition, status.held, status.stable, status.since));
}

void Subscription::fail(const Error& error) { session_.refuse(*this, error); }

// ---- flowing

Cursor::Step Subscription::next(Piece& piece) {
  Cursor::Item item;
  const auto step = cursor_->step(item);
  count_catching_up(cursor_->catching_up());
  if (step != Cursor::Step::item) return step;
  session_.count(item);
  piece.subscription = this;
  piece.in_step = item.in_step;
  piece.sequence = item.sequence;
  if (item.batch && item.whole && item.rows.empty()) {
    piece.bytes = item.batch->frame;
    piece.hold = std::move(item.batch);
    return step;
  }
  auto own = item.rows.empty()
                 ? std::make_shared<const std::string>(cut(*view_->channel, *item.batch, item.from, item.next))
                 : std::make_shared<const std::string>(make_coverage(*view_->channel, item.rows)->frame);
  piece.bytes = *own;
  piece.hold = std::move(own);
  return step;
}

void Subscription::count_catching_up(bool now) {
  auto& probe = session_.shard().probe();
  if (now == counted_catching_up_) return;
  counted_catching_up_ = now;
  if (!now) return sub(probe.catching_up);
  add(probe.catching_up);
  add(probe.lapped);
}

void Subscription::request_page() {
  const Span wanted = cursor_->wanted();
  auto arrived = [from = wanted.from, flow = flow_](Subscription& self, const Result<PagePtr>& page) {
    if (flow != self.flow_) return;  // a reset came between: that page is of another history
    if (self.session_.outlet().blocked()) return self.cursor_->deny();  // nothing is held for a full socket
    if (page.has_value() && (*page)->next > from) return self.cursor_->give(*page);
    // Kafka can't be reached, or its end lies below the log's tail for now.
    self.retry([&self, flow] {
      if (flow == self.flow_) self.cursor_->deny();
    });
  };
  session_.shard().ask_page(view_->channel, wanted.partition, wanted.from, alive(std::move(arrived)));
}

void Subscription::on_reset(const LogReset& reset) {
  if (!flowing()) return;
  Offsets next = cursor_->offsets();
  next.resize(std::max(next.size(), reset.resume.size()), kUnknown);
  for (std::size_t p = 0; p < next.size(); ++p)
    next[p] = resumed(reset, p, next[p]);
  if (reset.reason == "recreated") next.resize(reset.resume.size());
  go_on(std::move(next), reset.reason);
}

Position Subscription::position() const {
  Position position{view_->channel->epoch, {}};
  const Offsets next = cursor_->offsets();
  for (std::size_t p = 0; p < next.size(); ++p) position.places.push_back({static_cast<Partition>(p), next[p], {}});
  return position;
}

}  // namespace tailrace
