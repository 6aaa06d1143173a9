// Batches as the log sees them, without the text that wire/ would give them.
#pragma once

#include "log/batch.h"

#include <initializer_list>

namespace tailrace {

// `size`: what its frame costs.
inline BatchPtr make_batch(Batch::Kind kind, std::vector<Span> spans, std::vector<Mark> marks, std::size_t size = 64) {
  auto batch = std::make_shared<Batch>();
  batch->kind = kind;
  batch->spans = std::move(spans);
  batch->marks = std::move(marks);
  for (const Mark& mark : batch->marks) batch->latest = std::max(batch->latest, mark.timestamp);
  batch->frame.reserve(size);
  return batch;
}

// Updates at the offsets; each one's timestamp is its offset and its fingerprint ten times that.
inline BatchPtr updates(Span span, std::initializer_list<Offset> offsets, std::size_t size = 64) {
  std::vector<Mark> marks;
  for (const Offset offset : offsets) marks.push_back({offset, offset, 0, static_cast<std::uint32_t>(offset) * 10});
  return make_batch(Batch::Kind::updates, {span}, std::move(marks), size);
}

// Of partition `p` an update at every offset from `from` to `next`.
inline BatchPtr run_of(Partition p, Offset from, Offset next, std::size_t size = 64) {
  std::vector<Mark> marks;
  for (Offset offset = from; offset < next; ++offset)
    marks.push_back({offset, offset, 0, static_cast<std::uint32_t>(offset) * 10});
  return make_batch(Batch::Kind::updates, {{p, from, next}}, std::move(marks), size);
}

// What has other times than its offsets: {offset, time}.
inline BatchPtr timed(Span span, std::initializer_list<std::pair<Offset, Millis>> records) {
  std::vector<Mark> marks;
  for (const auto& [offset, time] : records) marks.push_back({offset, time, 0, 0});
  return make_batch(Batch::Kind::updates, {span}, std::move(marks));
}

inline BatchPtr gap(Partition partition, Offset from, Offset next) {
  return make_batch(Batch::Kind::gap, {{partition, from, next}}, {});
}

inline BatchPtr coverage(std::vector<Span> rows) { return make_batch(Batch::Kind::coverage, std::move(rows), {}); }

}  // namespace tailrace
