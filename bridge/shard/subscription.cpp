#include "shard/subscription.h"

#include "shard/session.h"
#include "shard/shard.h"
#include "shard/starts.h"
#include "wire/batch_builder.h"
#include "wire/websocket_frame.h"

#include <algorithm>

namespace tailrace {

namespace {

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
  if (view_) view_->subscriptions.erase(place_);
  if (!flowing()) return;
  sub(session_.shard().probe().subscriptions);
  count_catching_up(false);
}

// Runs `step` only while this subscription is there and no reset came between: after one, an answer means nothing.
template <class F>
auto Subscription::alive(F step) {
  return [weak = weak_from_this(), flow = flow_, step = std::move(step)](auto&&... values) mutable {
    if (const auto self = weak.lock(); self && flow == self->flow_) step(*self, std::forward<decltype(values)>(values)...);
  };
}

void Subscription::retry(std::function<void()> step) {
  Shard& shard = session_.shard();
  shard.after(shard.options().retry_after, alive([step = std::move(step)](Subscription&) { step(); }));
}

void Subscription::open(std::shared_ptr<ChannelView> view) {
  view_ = std::move(view);
  place_ = view_->subscriptions.insert(view_->subscriptions.end(), this);
  if (view_->log.partitions() > kMaxPlaces) return fail(kTooManyPartitions);
  begin();
}

void Subscription::begin() {
  find_place(command_, [this](const Result<Opening::Found>& found) {
    found.has_error() ? fail(found.error()) : flow(*found);
  });
}

// What was being looked for before is forgotten.
void Subscription::find_place(SubscribeCommand command, Opening::Done done) {
  opening_ = std::make_shared<Opening>(session_.shard(), session_.turns(), view_, std::move(command),
                                       [this, done = std::move(done)](const Result<Opening::Found>& found) {
                                         const auto held = shared_from_this();
                                         opening_.reset();
                                         done(found);
                                       });
  const auto opening = opening_;  // it may be done before this returns
  opening->begin();
}

// ---- off

void Subscription::flow(Opening::Found found) {
  name_beginnings(found.next);
  Position position = view_->position_at(found.next);
  for (std::size_t p = 0; p < found.anchors.size() && p < position.places.size(); ++p)
    if (found.anchors[p]) position.places[p].anchor = found.anchors[p];
  Position head{view_->channel->epoch, {}};
  const Offsets live = view_->live();
  for (std::size_t p = 0; p < live.size(); ++p) head.places.push_back({static_cast<Partition>(p), live[p], {}});
  session_.say(subscribed_frame(channel(), position, head, id_));
  if (!found.reset.empty()) session_.say_reset(channel(), found.reset, position);
  anchored_ = !found.anchors.empty();
  for (std::size_t p = 0; p < found.anchors.size(); ++p)
    if (p < live.size() && found.next[p] > live[p] && !found.anchors[p]) anchored_ = false;
  unproven_ = std::move(found.unproven);
  add(session_.shard().probe().subscriptions);
  cursor_.emplace(view_->log, [this] { session_.ready(*this); });
  cursor_->start(std::move(found.next), std::move(found.to));
  for (const auto& [partition, status] : view_->held) say_held(status);
  if (view_->missing) say_topic(*view_->missing);
  session_.ready(*this);
  if (may_be_ahead_of(live)) watch_ahead(steady_millis());
}

// Where a partition began while nobody looked: a place that its client can come back to, whatever it starts with then.
void Subscription::name_beginnings(Offsets& next) const {
  for (std::size_t p = 0; p < next.size(); ++p)
    if (next[p] == kUnknown) next[p] = view_->log.origin(static_cast<Partition>(p));
}

// ---- a position above the end: this bridge or the leader may be behind, so it waits, and is judged on evidence only

bool Subscription::ahead_of(const Offsets& ends) const {
  const Offsets next = cursor_->offsets();
  for (std::size_t p = 0; p < next.size() && p < ends.size(); ++p)
    if (ends[p] != kUnknown && next[p] > ends[p]) return true;
  return false;
}

// Where a partition has no leader nobody knows its end.
bool Subscription::may_be_ahead_of(const Offsets& ends) const {
  const Offsets next = cursor_->offsets();
  for (std::size_t p = 0; p < next.size() && p < ends.size(); ++p)
    if (ends[p] == kUnknown && next[p] != kUnknown) return true;
  return ahead_of(ends);
}

void Subscription::watch_ahead(Millis below_since) {
  session_.shard().after(kAheadLook, alive([below_since](Subscription& self) {
    if (!self.may_be_ahead_of(self.view_->live())) return;
    self.session_.shard().ask_bounds(
        self.view_, self.alive([below_since](Subscription& same, const Result<std::vector<Bounds>>& bounds) {
          same.judge_ahead(below_since, bounds);
        }));
  }));
}

void Subscription::judge_ahead(Millis below_since, const Result<std::vector<Bounds>>& bounds) {
  const Millis now = steady_millis();
  if (bounds.has_error()) return watch_ahead(now);
  Offsets next = cursor_->offsets();
  Offsets ends;
  for (const Bounds& one : *bounds) ends.push_back(one.stable);
  if (!ahead_of(ends)) return may_be_ahead_of(ends) ? watch_ahead(now) : void();
  if (now - below_since < kAheadPatience) return watch_ahead(below_since);
  if (anchored_) {
    // Where the end was lost is known only if this bridge saw it; else nothing of the history is proven.
    for (std::size_t p = 0; p < next.size() && p < ends.size(); ++p) {
      if (ends[p] == kUnknown || next[p] <= ends[p]) continue;
      const LostEnd* lost = view_->lost(static_cast<Partition>(p));
      const bool strange = p < unproven_.size() && unproven_[p] && lost && !lost->had(*unproven_[p]);
      if (!lost || strange) return go_on(Offsets(ends.size(), 0), "recreated");
      next[p] = std::min(ends[p], lost->from());
    }
    return go_on(std::move(next), "truncated");
  }
  find_start(session_.shard(), view_, command_.start, {weak_from_this(), session_.turns()}, alive([now](Subscription& self, const Result<Offsets>& start) {
    if (start.has_error()) return self.watch_ahead(now);
    self.go_on(*start, "position_invalid");
  }));
}

void Subscription::go_on(Offsets next, std::string_view reason) {
  ++flow_;
  proving_ = false;
  name_beginnings(next);
  const Offsets before = cursor_->offsets();
  Position position = view_->position_at(next);
  for (std::size_t p = 0; p < unproven_.size(); ++p) {  // where it stays there is still something to prove
    if (p >= next.size() || p >= before.size() || next[p] != before[p]) unproven_[p].reset();
    if (unproven_[p]) position.places[p].anchor = unproven_[p];
  }
  cursor_->start(std::move(next), cursor_->end());
  session_.say_reset(channel(), reason, position);
  session_.ready(*this);
  if (may_be_ahead_of(view_->live())) watch_ahead(steady_millis());
}

void Subscription::say_held(const TransactionStatus& status) {
  if (!flowing()) return;
  session_.say(transaction_status_frame(channel(), status.partition, status.held, status.stable, status.since));
}

void Subscription::say_topic(const TopicStatus& status) {
  if (flowing()) session_.say(topic_status_frame(channel(), status.present, status.since));
}

void Subscription::fail(const Error& error) { session_.refuse(*this, error); }

// ---- anchors above what this bridge had read: judged when it gets there, before anything behind them is sent

bool Subscription::has_to_prove() const {
  const Offsets& head = view_->log.head();
  for (std::size_t p = 0; p < unproven_.size() && p < head.size(); ++p)
    if (unproven_[p] && unproven_[p]->offset < head[p]) return true;
  return false;
}

void Subscription::prove() {
  proving_ = false;
  SubscribeCommand again = command_;
  Position position{view_->channel->epoch, {}};
  const Offsets next = cursor_->offsets();
  for (std::size_t p = 0; p < next.size(); ++p)
    if (next[p] != kUnknown) {
      const auto partition = static_cast<Partition>(p);
      const bool proven = p >= unproven_.size() || !unproven_[p];
      position.places.push_back({partition, next[p], proven ? view_->anchor_before(partition, next[p]) : unproven_[p]});
    }
  again.from = std::move(position);
  again.to.reset();
  find_place(std::move(again), [this](const Result<Opening::Found>& found) {
    if (!found->reset.empty()) return go_on(found->next, found->reset);
    unproven_ = found->unproven;
    session_.ready(*this);
  });
}

// ---- flowing

Cursor::Step Subscription::next(Piece& piece) {
  if (opening_ || proving_) return Cursor::Step::wait;
  if (has_to_prove()) {
    proving_ = true;  // not now: a reset must not go behind what is being collected
    session_.shard().post(alive([](Subscription& self) { self.prove(); }));
    return Cursor::Step::wait;
  }
  Cursor::Item item;
  const auto step = cursor_->step(item);
  count_catching_up(cursor_->catching_up());
  if (step != Cursor::Step::item) return step;
  piece.subscription = this;
  piece.in_step = item.in_step;
  piece.sequence = item.sequence;
  if (item.batch) {
    piece.updates = item.batch->updates_within(item.from, item.next);
    piece.gap = item.batch->reason;
  }
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

bool Subscription::request_page(std::function<void()> ended) {
  if (!cursor_ || !cursor_->lacks_page()) return false;
  const Span wanted = cursor_->wanted();
  auto arrived = [from = wanted.from](Subscription& self, const Result<PagePtr>& page) {
    if (self.session_.outlet().blocked()) return self.cursor_->put_off();  // nothing is held for a full socket
    if (page.has_value() && (*page)->next > from) return self.cursor_->give(*page);
    // Kafka can't be reached, or its end lies below the log's tail for now.
    self.retry([&self] { self.cursor_->deny(); });
  };
  session_.shard().ask_page(view_->channel, wanted.partition, wanted.from,
                            [ended = std::move(ended), step = alive(std::move(arrived))](const Result<PagePtr>& page) mutable {
                              step(page);
                              ended();
                            });
  return true;
}

void Subscription::on_reset(const LogReset& reset) {
  if (!flowing()) {
    if (opening_) begin();
    return;
  }
  opening_.reset();
  Offsets next = cursor_->offsets();
  next.resize(std::max(next.size(), reset.resume.size()), kUnknown);
  for (std::size_t p = 0; p < next.size(); ++p)
    next[p] = resumed(reset, p, next[p]);
  if (reset.reason == "recreated") next.resize(reset.resume.size());
  go_on(std::move(next), reset.reason);
}

void Subscription::on_closed(std::string_view code) {
  const auto held = shared_from_this();  // its name is being used after its end
  session_.channel_closed(channel(), code);
}

Offset Subscription::lag() const {
  if (!cursor_ || cursor_->waiting_at_head()) return 0;
  Offset lag = 0;
  const Offsets next = cursor_->offsets();
  const Offsets live = view_->live();
  for (std::size_t p = 0; p < next.size() && p < live.size(); ++p)
    if (next[p] != kUnknown && next[p] < live[p]) lag += live[p] - next[p];
  return lag;
}

// Without the partitions that came later than its end: they are no part of it.
Position Subscription::position() const {
  Offsets next = cursor_->offsets();
  if (cursor_->end()) next.resize(std::min(next.size(), cursor_->end()->size()));
  return view_->position_at(next);
}

}  // namespace tailrace
