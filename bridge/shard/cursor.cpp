#include "shard/cursor.h"

#include <algorithm>

namespace tailrace {

namespace {
constexpr int kInARow = 8;  // pages of one partition
}  // namespace

void Cursor::start(Offsets next, std::optional<Offsets> to) {
  log_.leave(*this);
  page_.reset();
  hole_.reset();
  waiting_for_page_ = false;
  ahead_ = 0;
  next.resize(std::max(next.size(), log_.partitions()), kUnknown);
  to_ = std::move(to);
  const bool at_head = !to_ && next == log_.head();
  next_ = at_head ? Offsets{} : std::move(next);
  if (at_head) log_.stand_at_head(*this);
}

Cursor::Step Cursor::step(Item& item) {
  item = Item{};
  for (;;) {
    if (to_ && done()) return Step::ended;
    if (standing()) return take_from_log(item);
    if (waiting_for_page_) return Step::wait;
    if (take_from_page(item)) return Step::item;
    if (begin_partitions(item)) return Step::item;
    if (want_page()) return Step::page;
    if (!settle()) return Step::wait;
  }
}

// ---- catching up

bool Cursor::want_page() {
  const auto count = static_cast<Partition>(next_.size());
  for (Partition i = 0; i < count; ++i) {
    const Partition p = (turn_ + i) % count;
    const Offset next = next_of(p);
    Offset goal = log_.tail(p);
    if (hole_ && hole_->partition == p) goal = std::max(goal, hole_->next);
    if (next == kUnknown || next >= goal || passes_end(p, next)) continue;
    wanted_ = {p, next, std::min((next / kPageSpan + 1) * kPageSpan, goal)};
    if (p != turn_) in_a_row_ = 0;
    turn_ = p;
    return waiting_for_page_ = true;
  }
  hole_.reset();
  return false;
}

// Readers who go on where they stand are many times as fast as those who start anew for every page.
void Cursor::end_turn() {
  turn_ = wanted_.partition + 1;
  in_a_row_ = 0;
}

void Cursor::give(PagePtr page) {
  if (++in_a_row_ >= kInARow) end_turn();
  waiting_for_page_ = false;
  page_ = std::move(page);
  page_index_ = 0;
  ready_();
}

void Cursor::deny() {
  end_turn();
  put_off();
}

void Cursor::put_off() {
  waiting_for_page_ = false;
  ready_();
}

void Cursor::drop_page() { page_.reset(); }

bool Cursor::take_from_page(Item& item) {
  while (page_ && page_index_ < page_->batches.size()) {
    const BatchPtr& batch = page_->batches[page_index_++];
    const bool taken = batch->kind == Batch::Kind::coverage ? take_rows(*batch, item)
                                                            : take_span(batch->spans.front(), item);
    if (taken) {
      if (item.rows.empty()) item.batch = batch;
      return true;
    }
  }
  page_.reset();
  return false;
}

// Partitions that had no place begin where they began in the log, told by a row of their own. Those that did not begin
// yet are told of by the log.
bool Cursor::begin_partitions(Item& item) {
  next_.resize(std::max(next_.size(), log_.partitions()), kUnknown);
  for (std::size_t p = 0; p < next_.size(); ++p) {
    const auto partition = static_cast<Partition>(p);
    if (next_[p] != kUnknown || passes_end(partition, kUnknown)) continue;
    next_[p] = log_.origin(partition);
    if (next_[p] != kUnknown) item.rows.push_back({partition, next_[p], next_[p]});
  }
  return !item.rows.empty();
}

// From here on the log has all: walk it from the latest segment of which that is true.
bool Cursor::settle() {
  Offsets wanted = next_;
  for (std::size_t p = 0; to_ && p < wanted.size(); ++p)
    if (passes_end(static_cast<Partition>(p), wanted[p])) wanted[p] = kUnknown;
  if (!log_.stand(*this, wanted)) return false;
  ahead_ = 0;
  for (std::size_t p = 0; p < next_.size(); ++p)
    if (next_[p] > (p < segment->start.size() ? segment->start[p] : kUnknown)) ++ahead_;
  level_if_even();
  return true;
}

void Cursor::lapped(Offsets next) {
  if (next_.empty()) next_ = std::move(next);
  ready_();
}

// There is a hole before what comes next: as when a partition's start was found above this cursor's.
void Cursor::fall_behind(const Span& hole) {
  log_.leave(*this);
  page_.reset();
  hole_ = hole;
}

// ---- in the log

Cursor::Step Cursor::take_from_log(Item& item) {
  while (const Batch* batch = log_.peek(*this)) {
    item.sequence = log_.sequence(*this);
    item.in_step = next_.empty();
    if (item.in_step) {
      item.batch = log_.current(*this);
      item.from = batch->spans.front().from;
      item.next = batch->spans.front().next;
      log_.advance(*this);
      return Step::item;
    }
    const BatchPtr held = log_.current(*this);
    const bool taken = batch->kind == Batch::Kind::coverage ? take_rows(*batch, item)
                                                            : take_span(batch->spans.front(), item);
    if (!standing()) return step(item);
    log_.advance(*this);
    level_if_even();
    if (taken && item.rows.empty()) item.batch = held;
    if (taken) return Step::item;
    if (to_ && done()) return Step::ended;
  }
  return Step::wait;
}

// Takes what it has not had of a span; false where that is nothing. A hole before it is read as pages first.
bool Cursor::take_span(const Span& span, Item& item) {
  Offset& next = next_of(span.partition);
  if (passes_end(span.partition, next)) return false;
  const Offset had = next == kUnknown ? span.from : next;
  if (had < span.from) {
    fall_behind({span.partition, had, span.from});
    return false;
  }
  const Offset log_was_at = span.from == span.next ? kUnknown : span.from;  // an empty row is where a partition begins
  if (standing() && next > log_was_at && next <= span.next) --ahead_;
  next = std::max(had, to_ ? std::min(span.next, (*to_)[static_cast<std::size_t>(span.partition)]) : span.next);
  item.from = had;
  item.next = next;
  item.whole = item.from == span.from && item.next == span.next;
  return had < next;
}

// Coverage rows only move `next` forward. They go out as they are, but for a cursor with an end: that gets its part.
bool Cursor::take_rows(const Batch& batch, Item& item) {
  for (const Span& row : batch.spans) {
    const Offset next = next_of(row.partition);
    if (next == kUnknown || next >= row.from || passes_end(row.partition, next)) continue;
    fall_behind({row.partition, next, row.from});
    return false;
  }
  std::vector<Span> moved;
  for (const Span& row : batch.spans) {
    const bool fresh = next_of(row.partition) == kUnknown && !passes_end(row.partition, kUnknown);
    Item part;
    if (take_span(row, part) || fresh) moved.push_back({row.partition, part.from, part.next});
  }
  if (moved != batch.spans) item.rows = moved;
  return !moved.empty();
}

void Cursor::level_if_even() {
  if (ahead_ == 0 && !to_) next_ = Offsets{};
}

// ---- the end

bool Cursor::passes_end(Partition partition, Offset next) const {
  if (!to_) return false;
  const auto p = static_cast<std::size_t>(partition);
  return p >= to_->size() || next >= (*to_)[p];
}

bool Cursor::done() const {
  for (std::size_t p = 0; p < next_.size(); ++p)
    if (next_[p] != kUnknown && !passes_end(static_cast<Partition>(p), next_[p])) return false;
  return true;
}

Offset& Cursor::next_of(Partition partition) {
  const auto p = static_cast<std::size_t>(partition);
  if (p >= next_.size()) next_.resize(p + 1, kUnknown);
  return next_[p];
}

}  // namespace tailrace
