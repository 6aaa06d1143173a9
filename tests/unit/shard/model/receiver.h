// A subscriber's end of the wire: takes what a cursor sends and holds it against the truth and the promise: per partition
// an unbroken chain, every record once and in order, a gap only where Kafka has one, nothing after the end.
#pragma once

#include "shard/model/truth.h"
#include "shard/cursor.h"

#include <optional>
#include <stdexcept>
#include <string>

namespace tailrace::model {

// The promise was broken: what a run of the model throws.
struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline std::string text(const Span& span) {
  return "p" + std::to_string(span.partition) + " [" + std::to_string(span.from) + ", " + std::to_string(span.next) + ")";
}

class Receiver {
 public:
  using Truths = std::vector<Truth>;

  // `truths` (all partitions, as they are now) and `origins` (where each began here; kUnknown until then) outlive it.
  Receiver(const Truths& truths, const Offsets& origins, Offsets next, std::optional<Offsets> to)
      : truths_(&truths), origins_(&origins), next_(std::move(next)), to_(std::move(to)) {}

  void take(const Cursor::Item& item) {
    if (!item.rows.empty()) return take_rows(item.rows);
    if (!item.batch) throw Broken("an item without anything in it");
    const Batch& batch = *item.batch;
    if (batch.kind == Batch::Kind::coverage) return take_rows(batch.spans);
    Span span = batch.spans.front();
    if (item.whole && (item.from != span.from || item.next != span.next)) throw Broken("cut, and called whole");
    if (item.from < span.from || item.next > span.next) throw Broken("cut outside of " + text(span));
    span = {span.partition, item.from, item.next};
    link(span);
    check_end(span);
    batch.kind == Batch::Kind::gap ? take_gap(span) : take_updates(batch, span);
  }

  void stand(Offsets next) { next_ = std::move(next); }
  Offset next(Partition partition) const {
    const auto p = static_cast<std::size_t>(partition);
    return p < next_.size() ? next_[p] : kUnknown;
  }

 private:
  void link(const Span& span) {
    const Offset had = next(span.partition);
    if (span.from >= span.next) throw Broken("nothing in " + text(span));
    if (had != span.from) throw Broken("chain broken: had " + std::to_string(had) + ", got " + text(span));
    next_[static_cast<std::size_t>(span.partition)] = span.next;
  }

  void check_end(const Span& span) const {
    const auto p = static_cast<std::size_t>(span.partition);
    if (!to_) return;
    if (p >= to_->size() || span.next > (*to_)[p]) throw Broken("past the end: " + text(span));
  }

  void take_rows(const std::vector<Span>& rows) {
    for (const Span& row : rows) {
      if (next(row.partition) == kUnknown) begin(row);
      if (row.from == row.next && next(row.partition) == row.from) continue;
      link(row);
      for (Offset offset = row.from; offset < row.next; ++offset)
        if (truth(row.partition).at(offset) != Truth::At::hole)
          throw Broken("coverage of what is no hole: " + text(row));
    }
  }

  // A partition without a place begins where it began here.
  void begin(const Span& row) {
    const auto p = static_cast<std::size_t>(row.partition);
    if (to_ && p >= to_->size()) throw Broken("began a partition that is no part of it: " + text(row));
    if (row.from != (*origins_)[p]) throw Broken("began elsewhere than " + std::to_string((*origins_)[p]) + ": " + text(row));
    next_.resize(std::max(next_.size(), p + 1), kUnknown);
    next_[p] = row.from;
  }

  void take_gap(const Span& span) const {
    for (Offset offset = span.from; offset < span.next; ++offset)
      if (!truth(span.partition).may_be_gap(offset)) throw Broken("a gap where Kafka has none: " + text(span));
  }

  void take_updates(const Batch& batch, const Span& span) const {
    auto mark = batch.marks.begin();
    while (mark != batch.marks.end() && mark->offset < span.from) ++mark;
    for (Offset offset = span.from; offset < span.next; ++offset) {
      if (!truth(span.partition).holds_record(offset)) continue;
      if (mark == batch.marks.end() || mark->offset != offset) throw Broken("a record is missing in " + text(span));
      ++mark;
    }
    if (mark != batch.marks.end() && mark->offset < span.next) throw Broken("no such record: in " + text(span));
  }

  const Truth& truth(Partition partition) const { return truths_->at(static_cast<std::size_t>(partition)); }

  const Truths* truths_;
  const Offsets* origins_;
  Offsets next_;
  std::optional<Offsets> to_;
};

}  // namespace tailrace::model
