// The in-memory, bounded tail of one channel, as one shard sees it. Pure: no threads, no clock; its shard's thread only.
//
//          trimmed │ segment │ segment │ segment (being filled)
//                  ├─64──────┼─64──────┼─17──►
//                  ▲ tail()            ▲ readers stand inside segments      ▲ head(): waiting readers
//
// Ingest decides what is kept (log_keeper.h) and every shard's log follows.
#pragma once

#include "log/segment.h"

#include <deque>
#include <functional>
#include <memory>
#include <optional>

namespace tailrace {

class ChannelLog {
 public:
  explicit ChannelLog(Offsets start, std::uint64_t first = 0);
  ~ChannelLog();  // readers must have left
  ChannelLog(const ChannelLog&) = delete;
  ChannelLog& operator=(const ChannelLog&) = delete;

  void append(BatchPtr batch);        // wakes who waits at the head
  void trim(std::uint64_t tail);      // drops the segments that end at or below `tail`; laps who stands in them
  void restart(Offsets start, std::uint64_t first);  // empty again, from `start`; laps everyone
  // The row that tells of it follows as a batch; until then the head of the partition stays unknown.
  void start_partition(Partition partition, Offset start);

  const Offsets& head() const { return head_; }
  // Where the partition began: who had no place in it goes on there. kUnknown while not started.
  Offset origin(Partition partition) const;
  Offset tail(Partition partition) const;  // from here on the log has everything; kUnknown while not started
  std::uint64_t head_sequence() const;
  std::size_t partitions() const { return head_.size(); }
  std::size_t bytes() const { return bytes_; }

  // Stands `reader` at the last segment from which on the log has all that `next` wants: so far only whole segments are
  // skipped. False where the log no longer (or not yet) has that. kUnknown wants nothing yet.
  bool stand(Reader& reader, const Offsets& next);
  void stand_at_head(Reader& reader);
  void step_back(Reader& reader, std::uint64_t sequence);  // to a batch that is still kept
  // Where a segment begins in a partition; where it began later, its origin; kUnknown while it has not.
  Offset start_of(const Segment& segment, Partition partition) const;

  const Batch* peek(Reader& reader);  // the batch it takes next; nullptr: it waits at the head from now on
  const BatchPtr& current(const Reader& reader) const;
  void advance(Reader& reader) { ++reader.index; }
  void leave(Reader& reader);

  // The update at `offset`, if the log still has that offset and one stands there.
  const Mark* find(Partition partition, Offset offset) const;
  // The last update below `next`, if it is in the log.
  const Mark* last_before(Partition partition, Offset next) const;
  // Per partition the first offset whose update is at or after `time`, the head where there is none; nullopt unless the
  // log reaches back past `time` in every partition.
  std::optional<Offsets> offsets_at(Millis time) const;

  // The batches of a partition's updates, from the one before `next` back to the oldest, while `look` says true. Segments
  // in which the partition did not move are not looked at.
  void newest_first(Partition partition, Offset next, const std::function<bool(const Batch&)>& look) const;

  std::uint64_t sequence(const Reader& reader) const;
  // What `reader` has not had, if it has had all before its place; kUnknown where no row has told it a beginning yet.
  Offsets offsets_at(const Reader& reader) const;

 private:
  void open_segment();
  void place(Reader& reader, Segment& segment, std::uint32_t index);
  bool has_all(const Segment& segment, const Offsets& next) const;
  void lap(Segment& segment);
  const Segment* segment_of(Partition partition, Offset offset) const;

  Offsets head_;
  Offsets origin_;  // also before a restart
  std::deque<std::unique_ptr<Segment>> segments_;
  std::size_t bytes_ = 0;
  WaitingReaders waiting_;
};

}  // namespace tailrace
