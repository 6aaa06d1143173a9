// What Kafka holds of one partition in the model: records, lawful holes (markers, aborted, compacted away) and corrupt
// stretches; and how any part of it looks as batches, cut at random.
#pragma once

#include "log/batches.h"
#include "shard/model/dice.h"

#include <algorithm>
#include <vector>

namespace tailrace::model {

struct Truth {
  enum class At : std::uint8_t { record, hole, corrupt };

  Offset base = 0;
  Offset earliest = 0;  // what lies below is expired
  std::vector<At> what;

  explicit Truth(Offset first = 0) : base(first), earliest(first) {}

  Offset end() const { return base + static_cast<Offset>(what.size()); }
  At at(Offset offset) const { return what[static_cast<std::size_t>(offset - base)]; }
  bool holds_record(Offset offset) const { return offset >= base && offset < end() && at(offset) == At::record; }
  // May a subscriber be told that this offset will not come?
  bool may_be_gap(Offset offset) const { return offset < earliest || (offset < end() && at(offset) == At::corrupt); }

  void append(At kind, std::int64_t count) { what.insert(what.end(), static_cast<std::size_t>(count), kind); }
  void truncate(Offset to) { what.resize(static_cast<std::size_t>(to - base)); }

  void grow(Dice& dice, Offset to) {
    while (end() < to) {
      const auto kind = dice.percent(70) ? At::record : dice.percent(92) ? At::hole : At::corrupt;
      append(kind, dice.between(1, kind == At::record ? 12 : 5));
    }
  }

  // Where the stretch that is corrupt, or is not, ends.
  Offset same_until(Offset from, Offset limit) const {
    const bool corrupt = at(from) == At::corrupt;
    while (from < limit && (at(from) == At::corrupt) == corrupt) ++from;
    return from;
  }
};

// [from, next), of one kind: updates where there is a record in it.
inline BatchPtr batch_of(const Truth& truth, Span span, std::size_t size = 64) {
  if (truth.at(span.from) == Truth::At::corrupt) return gap(span.partition, span.from, span.next);
  std::vector<Mark> marks;
  for (Offset offset = span.from; offset < span.next; ++offset)
    if (truth.holds_record(offset)) marks.push_back({offset, offset, 0, 0});
  if (marks.empty()) return coverage({span});
  return make_batch(Batch::Kind::updates, {span}, std::move(marks), size);
}

// All of `span` as batches of random cut.
inline std::vector<BatchPtr> batches_of(Dice& dice, const Truth& truth, const Span& span) {
  std::vector<BatchPtr> batches;
  for (Offset from = span.from; from < span.next;) {
    const Offset next = truth.same_until(from, std::min(span.next, from + dice.between(1, 40)));
    const auto size = static_cast<std::size_t>(dice.one_in(20) ? dice.between(1, 200'000) : dice.between(1, 2000));
    batches.push_back(batch_of(truth, {span.partition, from, next}, size));
    from = next;
  }
  return batches;
}

}  // namespace tailrace::model
