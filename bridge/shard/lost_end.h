// The end that a partition lost (an unclean election), as this bridge saw it: where a client that had read there goes on.
#pragma once

#include "log/channel_log.h"
#include "log/position.h"

#include <vector>

namespace tailrace {

class LostEnd {
 public:
  // Before the log forgets: what lies from `from` on is gone. `last` is the partition's last update.
  void lose(const ChannelLog& log, Partition partition, Offset from, const std::optional<Anchor>& last);

  Offset from() const { return from_; }
  // The update was one of those. Another one that is not there any more may be of a topic before this one.
  bool had(const Anchor& update) const;
  // Who stood there had none of the updates that were lost, but holes: they may be updates now.
  bool had_holes(const Place& place) const {
    return from_ < place.next && (place.anchor ? place.anchor->offset < from_ : place.next <= end_);
  }

 private:
  Offset from_ = kMaxOffset;
  Offset end_ = 0;
  std::vector<Anchor> updates_;  // the newest of them, ascending
};

}  // namespace tailrace
