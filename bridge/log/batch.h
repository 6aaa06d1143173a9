// An immutable run of updates of one channel and one partition (or a gap, or a channel's coverage), encoded once into
// the very bytes that go to every socket. Made by ingest or a page reader, then shared by all threads.
//
//   frame:  [ws header]{"ch":"m","p":0,"from":40,"next":44,"fp":"9f3a12c4","u":[{"o":40,…},{"o":43,…}]}
//   marks:                                                                      ^at         ^at
//
// Any offset is a place to cut (cut() in wire/batch_builder.h): what follows a mark is the same text in every cut.
#pragma once

#include "log/offset.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace tailrace {

// One update inside a batch's frame.
struct Mark {
  Offset offset = 0;
  Millis timestamp = 0;
  std::uint32_t at = 0;           // where its text begins in the frame
  std::uint32_t fingerprint = 0;  // of its record
};

struct Batch {
  enum class Kind : std::uint8_t { updates, gap, coverage };

  Kind kind = Kind::updates;
  std::vector<Span> spans;  // what it accounts for: one span, but for coverage
  std::vector<Mark> marks;  // ascending; empty unless updates
  Millis latest = 0;        // the greatest timestamp in it
  std::string reason;       // of a gap
  std::string frame;

  // How many updates lie in [from, next).
  std::size_t updates_within(Offset from, Offset next) const {
    const auto at = [&](Offset offset) { return std::ranges::lower_bound(marks, offset, {}, &Mark::offset); };
    return static_cast<std::size_t>(at(next) - at(from));
  }
  // What it costs the memory budget.
  std::size_t bytes() const {
    return sizeof(Batch) + frame.capacity() + marks.capacity() * sizeof(Mark) + spans.capacity() * sizeof(Span) + 64;
  }
};

// Moves `offsets` past what `batch` accounts for.
inline void apply(Offsets& offsets, const Batch& batch) {
  for (const Span& span : batch.spans) {
    const auto partition = static_cast<std::size_t>(span.partition);
    if (partition >= offsets.size()) offsets.resize(partition + 1, kUnknown);
    offsets[partition] = std::max(offsets[partition], span.next);
  }
}

using BatchPtr = std::shared_ptr<const Batch>;

}  // namespace tailrace
