// A client's chain of one subscription (schemas/protocol.md, section 5): per partition the next offset and the last
// update's anchor. Shows holes and repeats, and is the position to resume from.
#pragma once

#include "log/offset.h"
#include "log/position.h"

#include <vector>

namespace tailrace {

class Chain {
 public:
  // A whole position, from `subscribed` or `reset`.
  void restart(const Position& position);

  // Where the frame's `from` stands to the chain: 0 fits, above 0 so many offsets are missing, below 0 so many repeat.
  Offset step(const Span& span);

  void move(const Span& span);                           // a batch or gap accounts for it
  void cover(const Span& row);                           // a coverage row; never a hole
  void anchor(Partition partition, const Anchor& last);  // the last update of the batch

  Offset next(Partition partition) const;  // kUnknown where it has no place
  const Position& position() const { return position_; }
  bool started() const { return started_; }

  // Whether every partition that `head` names has been reached.
  bool reached(const Position& head) const;

 private:
  Place& place(Partition partition);
  const Place* find(Partition partition) const;

  Position position_;  // places ascend by partition
  bool started_ = false;
};

}  // namespace tailrace
