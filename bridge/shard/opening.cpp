#include "shard/opening.h"

#include "shard/shard.h"
#include "shard/starts.h"

#include <algorithm>

namespace tailrace {

// Runs `step` only while this is there: answers may come after it was dropped.
template <class F>
auto Opening::alive(F step) {
  return [weak = weak_from_this(), step = std::move(step)](auto&&... values) mutable {
    if (const auto self = weak.lock()) step(*self, std::forward<decltype(values)>(values)...);
  };
}

void Opening::retry(std::function<void()> step) {
  shard_.after(shard_.options().retry_after, alive([step = std::move(step)](Opening&) { step(); }));
}

void Opening::begin() {
  shard_.with_anchors(view_, alive([](Opening& self) {
    if (const auto* position = std::get_if<Position>(&self.command_.from)) return self.resume(*position);
    self.begin_at(self.command_.from, {});
  }));
}

void Opening::begin_at(const Start& from, std::string reset) {
  find_start(shard_, view_, from, asker(), alive([from, reset](Opening& self, const Result<Offsets>& next) {
    if (next.has_error()) return self.retry([&self, from, reset] { self.begin_at(from, reset); });
    self.find_end({*next, {}, {}, {}, reset});
  }));
}

void Opening::resume(const Position& position) {
  if (position.epoch != view_->channel->epoch) return begin_at(command_.start, "channel_changed");
  const std::size_t count = view_->log.partitions();
  Found found{Offsets(count, 0), std::vector<std::optional<Anchor>>(count), std::vector<std::optional<Anchor>>(count), {}, {}};
  for (const Place& place : position.places) {
    const auto p = static_cast<std::size_t>(place.partition);
    if (p >= count) return wait_for_partitions(position);
    found.next[p] = place.next;
    found.anchors[p] = place.anchor;
  }
  fill_unknown(std::move(found));
}

// Another bridge may have seen partitions come that this one has not seen yet: only where Kafka has none either the topic is
// another one.
void Opening::wait_for_partitions(const Position& position) {
  shard_.ask_bounds(view_, alive([position](Opening& self, const Result<std::vector<Bounds>>& bounds) {
    const auto count = self.view_->log.partitions();
    if (bounds && static_cast<std::size_t>(position.places.back().partition) >= std::max(bounds->size(), count))
      return self.find_end({Offsets(count, 0), {}, {}, {}, "recreated"});
    self.retry([&self, position] { self.resume(position); });
  }));
}

// Partitions that the position names without a place start where `start` says.
void Opening::fill_unknown(Found found) {
  if (std::find(found.next.begin(), found.next.end(), kUnknown) == found.next.end())
    return check_anchors(std::move(found), 0);
  auto filled = [found](Opening& self, const Result<Offsets>& start) mutable {
    if (start.has_error()) return self.retry([&self, found] { self.fill_unknown(found); });
    for (std::size_t p = 0; p < found.next.size() && p < start->size(); ++p)
      if (found.next[p] == kUnknown) found.next[p] = (*start)[p];
    self.check_anchors(std::move(found), 0);
  };
  find_start(shard_, view_, command_.start, asker(), alive(std::move(filled)));
}

// Whether the anchor's record still stands, as far as memory tells: true, false, or nothing known here.
std::optional<bool> Opening::same_history(Partition partition, const Anchor& anchor) const {
  const auto& last = view_->last[static_cast<std::size_t>(partition)];
  if (last && last->offset == anchor.offset) return last->fingerprint == anchor.fingerprint;
  const Offset tail = view_->log.tail(partition);
  if (tail == kUnknown || anchor.offset < tail) return std::nullopt;
  const Mark* mark = view_->log.find(partition, anchor.offset);
  return !mark || mark->fingerprint == anchor.fingerprint;
}

// The page that holds the anchor is the one that the replay begins with, so a herd reads it once.
void Opening::check_anchors(Found found, std::size_t from) {
  for (std::size_t p = from; p < found.next.size(); ++p) {
    const auto partition = static_cast<Partition>(p);
    const auto& anchor = found.anchors[p];
    const LostEnd* lost = view_->lost(partition);
    const bool current = anchor && anchor == view_->anchor_before(partition, found.next[p]);  // of what came since
    if (lost && !current && lost->had_holes({partition, found.next[p], anchor})) {
      found.next[p] = lost->from();
      found.reset = "truncated";
    }
    if (!anchor) continue;
    const auto& last = view_->last[p];
    if (anchor->offset >= view_->log.head()[p] && !(last && last->offset == anchor->offset)) {
      found.unproven[p] = anchor;
      continue;
    }
    const auto same = same_history(partition, *anchor);
    if (same == true) continue;
    if (same == false) return differs(std::move(found), partition);
    auto read = [found, p, anchor = *anchor](Opening& self, const Result<PagePtr>& page) mutable {
      if (page.has_error()) return self.retry([&self, found, p] { self.check_anchors(found, p); });
      const auto stands = fingerprint_in(**page, anchor.offset);
      if (stands && *stands != anchor.fingerprint) return self.differs(std::move(found), static_cast<Partition>(p));
      self.check_anchors(std::move(found), p + 1);
    };
    return shard_.ask_page(asker(), view_->channel, partition, anchor->offset, alive(std::move(read)));
  }
  find_end(std::move(found));
}

// Another record stands at the anchor. Where this bridge saw the anchor's being lost it knows from where on; else nothing
// of the history can be trusted.
void Opening::differs(Found found, Partition partition) {
  const auto p = static_cast<std::size_t>(partition);
  const LostEnd* lost = view_->lost(partition);
  if (!lost || !lost->had(*found.anchors[p])) return find_end({Offsets(view_->log.partitions(), 0), {}, {}, {}, "recreated"});
  found.next[p] = std::min(found.next[p], lost->from());
  found.anchors[p].reset();
  found.reset = "truncated";
  check_anchors(std::move(found), p + 1);
}

void Opening::find_end(Found found) {
  if (!command_.to) return done_(std::move(found));
  if (const auto* position = std::get_if<Position>(&*command_.to)) {
    if (position->epoch != view_->channel->epoch)
      return done_(Error{"position_invalid", "the position in \"to\" belongs to another view of the channel"});
    found.to = found.next;
    for (const Place& place : position->places)
      if (const auto p = static_cast<std::size_t>(place.partition); p < found.to->size() && place.next != kUnknown)
        (*found.to)[p] = place.next;
    return done_(std::move(found));
  }
  auto ends = [found](Opening& self, const Result<Offsets>& end) mutable {
    if (end.has_error()) return self.retry([&self, found] { self.find_end(found); });
    found.to = *end;
    self.done_(std::move(found));
  };
  const Start end = std::holds_alternative<Ago>(*command_.to) ? Start(std::get<Ago>(*command_.to))
                                                              : Start(std::get<AtTime>(*command_.to));
  find_start(shard_, view_, end, asker(), alive(std::move(ends)));
}

}  // namespace tailrace
