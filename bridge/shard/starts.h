// From a start as a client names it to absolute offsets. The log answers where it reaches; else Kafka is asked, once for
// all who ask the same. Lives on its shard's thread; answers there, at once where nothing needs asking.
#pragma once

#include "shard/channel_view.h"
#include "shard/page_turns.h"
#include "wire/command.h"

namespace tailrace {

class Shard;

using FoundOffsets = std::function<void(Result<Offsets>)>;

// `start` is not a position. The view is kept alive by whoever waits; where many pages are looked through, the search ends
// with `asker`.
void find_start(Shard& shard, const std::shared_ptr<ChannelView>& view, const Start& start, Asker asker,
                FoundOffsets done);
void find_time(Shard& shard, const std::shared_ptr<ChannelView>& view, Millis time, FoundOffsets done);

}  // namespace tailrace
