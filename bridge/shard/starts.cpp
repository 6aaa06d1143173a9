#include "shard/starts.h"

#include "shard/last_search.h"
#include "shard/shard.h"

namespace tailrace {

namespace {

Millis whole_second(Millis time) { return time < 0 ? 0 : time / 1000 * 1000; }

// Of a partition that does not answer what is known is taken, or all of it: whether records are left out nobody can say.
void find_earliest(Shard& shard, const std::shared_ptr<ChannelView>& view, FoundOffsets done) {
  shard.ask_bounds(view, [view, done = std::move(done)](const Result<std::vector<Bounds>>& bounds) {
    if (bounds.has_error()) return done(bounds.error());
    Offsets earliest(view->log.partitions(), kUnknown);
    for (std::size_t p = 0; p < earliest.size(); ++p) {
      if (p < bounds->size()) earliest[p] = (*bounds)[p].earliest;
      if (earliest[p] == kUnknown && p < view->numbers.earliest.size()) earliest[p] = view->numbers.earliest[p];
      if (earliest[p] == kUnknown) earliest[p] = 0;
    }
    done(std::move(earliest));
  });
}

}  // namespace

void find_time(Shard& shard, const std::shared_ptr<ChannelView>& view, Millis time, FoundOffsets done) {
  const Millis at = whole_second(time);
  // Where the log did not know and Kafka was asked, its answer serves the next ones, too.
  if (view->warm() && !view->times.contains({at}))
    if (auto offsets = view->log.offsets_at(at)) return done(std::move(*offsets));
  shard.ask_times(view, {at}, [done = std::move(done)](const Result<TimeOffsets>& times) {
    if (times.has_error()) return done(times.error());
    done(times->at.front());
  });
}

void find_start(Shard& shard, const std::shared_ptr<ChannelView>& view, const Start& start, Asker asker,
                FoundOffsets done) {
  if (std::holds_alternative<Earliest>(start)) return find_earliest(shard, view, std::move(done));
  if (const auto* ago = std::get_if<Ago>(&start)) return find_time(shard, view, shard.now() - ago->before, std::move(done));
  if (const auto* at = std::get_if<AtTime>(&start)) return find_time(shard, view, at->time, std::move(done));
  if (const auto* last = std::get_if<LastN>(&start)) return find_last(shard, view, last->count, std::move(asker), std::move(done));
  done(view->live());
}

}  // namespace tailrace
