// What a session sends of its subscriptions: they take turns, a piece at a time, until the socket is full.
#include "shard/session.h"

#include "shard/shard.h"
#include "wire/reply.h"

namespace tailrace {

namespace {

constexpr std::size_t kTurnBytes = 32 << 10;  // of one channel before the session's next channel has its turn
constexpr std::size_t kPiecesAtOnce = 256;

}  // namespace

void Session::ready(Subscription& subscription) {
  if (!subscription.ready_hook.is_linked()) ready_.push_back(subscription);
  shard_round();
}

void Session::shard_round() {
  if (open_ && !outlet_.blocked()) shard_.rounds().ready(*this);
}

bool Session::collect(std::vector<Piece>& pieces, std::size_t max_bytes) {
  std::size_t bytes = 0;
  while (!ready_.empty() && bytes < max_bytes && pieces.size() < kPiecesAtOnce) {
    Subscription& subscription = ready_.front();
    ready_.pop_front();
    const auto held = subscription.shared_from_this();
    const bool more = serve_one(subscription, pieces, max_bytes, bytes);
    if (more && turn_ < kTurnBytes) {
      ready_.push_front(subscription);  // its turn goes on
    } else {
      turn_ = 0;
      if (more) ready_.push_back(subscription);
    }
  }
  return !ready_.empty();
}

// One channel's turn; true when it has more.
bool Session::serve_one(Subscription& subscription, std::vector<Piece>& pieces, std::size_t max_bytes, std::size_t& bytes) {
  while (turn_ < kTurnBytes && bytes < max_bytes && pieces.size() < kPiecesAtOnce) {
    Piece piece;
    switch (subscription.next(piece)) {
      case Cursor::Step::item:
        piece.turn = std::exchange(turn_, turn_ + piece.bytes.size());
        bytes += piece.bytes.size();
        pieces.push_back(std::move(piece));
        break;
      case Cursor::Step::page:
        turns_->want([weak = subscription.weak_from_this()](std::function<void()> ended) {
          const auto self = weak.lock();
          return self && self->request_page(std::move(ended));
        });
        return false;
      case Cursor::Step::wait: return false;
      case Cursor::Step::ended: end(subscription); return false;
    }
  }
  return true;
}

void Session::end(Subscription& subscription) {
  const auto held = subscription.shared_from_this();
  forget(held->channel());
  // Goes out after the data that is being collected: replies are taken before it.
  say(ended_frame(held->channel(), held->position()));
}

void Session::give_back(const Piece& unsent) {
  unsent.subscription->rewind(unsent.sequence);
  unsent.subscription->ready_hook.unlink();
  ready_.push_front(*unsent.subscription);
  turn_ = unsent.turn;
}

void Session::idle_pages() {
  for (Subscription& subscription : ready_) subscription.drop_page();
}

void Session::pinned(std::size_t bytes) {
  if (bytes == pinned_) return;
  if (bytes == 0) pin_hook.unlink();
  if (pinned_ == 0 && bytes > 0) pin(outlet_.progress().acknowledged);
  shard_.pinned(bytes, std::exchange(pinned_, bytes));
}

void Session::pin(std::uint64_t acknowledged) {
  pin_ = {steady_millis(), acknowledged};
  shard_.pin(*this);
}

bool Session::reads_on() {
  const auto acknowledged = outlet_.progress().acknowledged;
  if (acknowledged == pin_.acknowledged) return false;
  pin(acknowledged);
  return true;
}

void Session::stalled(std::string_view why) {
  if (std::exchange(stalled_, true)) return;
  add(shard_.probe().stalled);
  outlet_.close(4408, std::string(why));
}

void Session::sent(std::span<const Piece> pieces) {
  std::size_t bytes = 0, updates = 0;
  for (const Piece& piece : pieces) {
    bytes += piece.bytes.size();
    updates += piece.updates;
    if (!piece.gap.empty()) shard_.probe().gaps.add(piece.gap);
    if (piece.subscription) wire_log_.sent(piece.bytes);
  }
  sent_bytes_ += bytes;
  watch.last_sent = steady_millis();
  add(shard_.probe().sends);
  add(shard_.probe().sent_bytes, bytes);
  add(shard_.probe().updates, updates);
}

}  // namespace tailrace
