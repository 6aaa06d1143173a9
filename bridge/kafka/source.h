// One topic on its way into one channel's log. Lives on ingest's polling thread. Per partition it keeps the unbroken
// chain: every batch's `from` is the `next` of what was published before it.
//
//   published ──────────►│ from      taken in ────────►│ next
//                        └── in the builder, or a hole ─┘
#pragma once

#include "kafka/ingest_probe.h"
#include "kafka/trail.h"
#include "log/feed.h"
#include "log/record.h"
#include "wire/batch_builder.h"

#include <functional>
#include <vector>

namespace tailrace {

class Source {
 public:
  // What publishes an event; for a batch it also keeps the accounts of retention.
  using Publish = std::function<void(FeedEvent)>;

  Source(ChannelPtr channel, UpdateWriter& writer, IngestProbe& probe, Publish publish);

  const ChannelPtr& channel() const { return channel_; }
  std::size_t partitions() const { return lanes_.size(); }
  Offset next(Partition partition) const;  // kUnknown where it has no start
  Trail& trail(Partition partition) { return lanes_[partition].trail; }

  void open(const Offsets& start, const Offsets& live);  // publishes LogOpened
  // Publishes PartitionStarted and its coverage row; false where it has begun: with a topic made anew since that was seen.
  bool start(Partition partition, Offset start);
  // Publishes LogReset: the log begins again at `start`. Partitions whose start is what comes next anyhow only go on.
  void reset(const std::string& reason, const Offsets& start);

  void serve(ChannelPtr channel);  // another channel of the same topic: open() follows
  void close(const std::string& code);  // publishes LogClosed: subscribers are told
  void reopen();                         // publishes LogOpened, where it stands

  void take(Partition partition, const Record& record);
  void end(Partition partition, Offset next);  // everything below is accounted for
  void skip(Partition partition, Offset next, const std::string& reason);  // a gap up to next

  // Publishes what was taken in. Coverage only where `with_coverage`; true when holes wait for that.
  bool flush(bool with_coverage);

 private:
  struct Lane {
    Lane(UpdateWriter& writer, const ChannelPtr& channel, Partition partition) : builder(writer, channel, partition) {}
    Offset from = kUnknown;
    Offset next = kUnknown;
    Trail trail;
    BatchBuilder builder;
  };
  Lane& lane(Partition partition);
  void publish_batch(BatchPtr batch);
  Offsets nexts() const;
  void flush_updates(Lane& lane);
  void flush_coverage();

  ChannelPtr channel_;
  UpdateWriter& writer_;
  IngestProbe& probe_;
  Publish publish_;
  std::vector<Lane> lanes_;
  std::vector<Partition> touched_;  // since the last flush; may name one twice
  std::vector<Partition> holes_;    // moved without a batch; may name one twice
};

}  // namespace tailrace
