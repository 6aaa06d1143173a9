// Gathers the updates of one channel and partition and encodes them once. Lives on one thread: ingest's or a page
// reader's. Updates are written into a buffer of the builder's own; finish() knows the frame's size and copies them
// once into a frame that is exactly as large.
#pragma once

#include "log/batch.h"
#include "log/channel.h"
#include "wire/update.h"

namespace tailrace {

inline constexpr std::size_t kBatchBytes = 64 << 10;

class BatchBuilder {
 public:
  // `writer` and `channel` must outlive the builder's use.
  BatchBuilder(UpdateWriter& writer, ChannelPtr channel, Partition partition);

  void add(const Record& record);  // offsets ascending
  bool empty() const { return marks_.empty(); }
  bool full() const { return updates_.size() >= kBatchBytes; }

  // The batch that accounts for [from, next); needs at least one update. The builder is empty again afterwards.
  BatchPtr finish(Offset from, Offset next);

 private:
  void clear();

  UpdateWriter& writer_;
  ChannelPtr channel_;
  Partition partition_;
  std::string updates_;      // separated by commas
  std::vector<Mark> marks_;  // `at` counts from the start of updates_ until finish()
};

BatchPtr make_gap(const Channel& channel, Span span, std::string reason);
BatchPtr make_coverage(const Channel& channel, std::vector<Span> rows);

// The frame of `batch` for a subscriber that wants only [from, next) of it: a shorter one, made for that subscriber; a
// coverage row where the range holds no update. Returns an empty string where nothing of the batch falls in the range.
// Of a coverage batch: the rows as they are.
std::string cut(const Channel& channel, const Batch& batch, Offset from, Offset next);

}  // namespace tailrace
