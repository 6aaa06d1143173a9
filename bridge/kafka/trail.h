// Some of the records that were read of a partition, the nearer the more of them: what tells, when the log turns out to be
// another one, how far back it still is the same. Its steps grow with the distance, to less than a third of it, so it
// stays small.
//
//   offsets   0 ──── … ──── 960 ──── 1008 ─── 1040 ── 1056 ── 1072 ─ 1080 1084 1086 1087
#pragma once

#include "log/position.h"

#include <optional>
#include <vector>

namespace tailrace {

class Trail {
 public:
  void add(const Anchor& anchor);  // newer than all
  // What was read back from before the first record that was added.
  void learn(std::vector<Anchor> before) { before_ = std::move(before); }
  void cut(Offset next);  // forgets what stands at or above next

  std::vector<Anchor> anchors() const;  // newest first

 private:
  // Of the records whose number is a multiple of 2^level, the last few, oldest first.
  using Level = std::vector<Anchor>;

  std::uint64_t count_ = 0;
  std::optional<Anchor> first_;
  std::vector<Level> levels_;
  std::vector<Anchor> before_;
};

}  // namespace tailrace
