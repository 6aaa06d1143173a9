// Finds where the newest N updates of a channel begin: steps back partition by partition, through the log and then through
// pages, until each has N or the scan limit is reached; keeps the newest N of all by time. Lives on its shard's thread.
#pragma once

#include "shard/starts.h"

namespace tailrace {

inline constexpr Offset kScanLimit = 20'000;  // offsets per partition

// It ends without an answer once `asker` is gone.
void find_last(Shard& shard, const std::shared_ptr<ChannelView>& view, std::int64_t count, Asker asker, FoundOffsets done);

}  // namespace tailrace
