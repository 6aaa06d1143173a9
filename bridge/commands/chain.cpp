#include "commands/chain.h"

#include <algorithm>

namespace tailrace {

namespace {

bool before(const Place& place, Partition partition) {
  return place.partition < partition;
}

}  // namespace

void Chain::restart(const Position& position) {
  position_ = position;
  started_ = true;
}

// A partition that appears is new as a whole: it begins at 0.
Place& Chain::place(Partition partition) {
  auto& places = position_.places;
  const auto at = std::lower_bound(places.begin(), places.end(), partition, before);
  if (at != places.end() && at->partition == partition) return *at;
  return *places.insert(at, Place{partition, 0, std::nullopt});
}

const Place* Chain::find(Partition partition) const {
  const auto& places = position_.places;
  // Partitions usually stand at their own index.
  const auto index = static_cast<std::size_t>(partition);
  if (index < places.size() && places[index].partition == partition) return &places[index];
  const auto at = std::lower_bound(places.begin(), places.end(), partition, before);
  return at != places.end() && at->partition == partition ? &*at : nullptr;
}

Offset Chain::step(const Span& span) {
  const auto next = place(span.partition).next;
  return next == kUnknown ? 0 : span.from - next;
}

void Chain::move(const Span& span) {
  auto& next = place(span.partition).next;
  next = std::max(next, span.next);
}

void Chain::cover(const Span& row) {
  auto& at = place(row.partition);
  at.next = at.next == kUnknown ? row.from : at.next;
  if (row.from <= at.next) at.next = std::max(at.next, row.next);
}

void Chain::anchor(Partition partition, const Anchor& last) {
  place(partition).anchor = last;
}

Offset Chain::next(Partition partition) const {
  const auto* found = find(partition);
  return found ? found->next : kUnknown;
}

bool Chain::reached(const Position& head) const {
  return std::all_of(head.places.begin(), head.places.end(), [this](const Place& wanted) {
    return wanted.next == kUnknown || next(wanted.partition) >= wanted.next;
  });
}

}  // namespace tailrace
