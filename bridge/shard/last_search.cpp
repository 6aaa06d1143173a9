#include "shard/last_search.h"

#include "shard/shard.h"

#include <algorithm>

namespace tailrace {

namespace {

struct Seen {
  Millis timestamp;
  Offset offset;
  Partition partition;
};

bool newer(const Seen& a, const Seen& b) { return std::tie(a.timestamp, a.offset) > std::tie(b.timestamp, b.offset); }

class LastSearch : public std::enable_shared_from_this<LastSearch> {
 public:
  LastSearch(Shard& shard, std::shared_ptr<ChannelView> view, std::size_t count, Asker asker, FoundOffsets done)
      : shard_(shard), view_(std::move(view)), count_(count), asker_(std::move(asker)), done_(std::move(done)),
        head_(view_->live()), low_(head_), parts_(head_.size()) {}

  void run() {
    if (view_->warm())  // else the newest are not in the log yet
      for (std::size_t p = 0; p < head_.size(); ++p) look_in_log(p);
    step(0);
  }

 private:
  struct Part {
    std::size_t seen = 0;
    Offset oldest = kUnknown;
  };

  bool enough(std::size_t p) const { return parts_[p].seen >= count_; }

  void look_in_log(std::size_t p) {
    const auto partition = static_cast<Partition>(p);
    low_[p] = std::min(head_[p], view_->log.tail(partition));
    view_->log.newest_first(partition, head_[p], [&](const Batch& batch) {
      take(batch);
      return !enough(p);
    });
  }

  void take(const Batch& batch) {
    if (batch.kind != Batch::Kind::updates) return;
    const Partition partition = batch.spans.front().partition;
    Part& part = parts_[static_cast<std::size_t>(partition)];
    for (auto mark = batch.marks.rbegin(); mark != batch.marks.rend() && part.seen < count_; ++mark) {
      if (part.seen > 0 && mark->offset >= part.oldest) continue;
      part.oldest = mark->offset;
      ++part.seen;
      keep({mark->timestamp, mark->offset, partition});
    }
  }

  // Of all partitions together the newest; the oldest of them in front.
  void keep(const Seen& one) {
    if (newest_.size() == count_) {
      if (!newer(one, newest_.front())) return;
      std::pop_heap(newest_.begin(), newest_.end(), newer);
      newest_.pop_back();
    }
    newest_.push_back(one);
    std::push_heap(newest_.begin(), newest_.end(), newer);
  }

  // Pages of one partition after the other, from the log's tail downwards.
  void step(std::size_t p) {
    for (; p < head_.size(); ++p)
      if (!enough(p) && low_[p] > 0 && low_[p] > head_[p] - kScanLimit) return ask(p);
    finish();
  }

  void ask(std::size_t p) {
    const Offset wanted = low_[p] - 1;
    shard_.ask_page(asker_, view_->channel, static_cast<Partition>(p), wanted,
                    [self = shared_from_this(), p, wanted](const Result<PagePtr>& page) {
                      if (page.has_error()) return self->done_(page.error());
                      self->take_page(p, wanted, **page);
                    });
  }

  void take_page(std::size_t p, Offset wanted, const Page& page) {
    for (auto batch = page.batches.rbegin(); batch != page.batches.rend(); ++batch) take(**batch);
    const bool expired = !page.batches.empty() && page.batches.front()->reason == "expired";
    low_[p] = expired ? 0 : std::min(page.from, wanted);
    step(p);
  }

  // Each partition from the oldest of its updates that are among the newest of all.
  void finish() {
    Offsets starts = head_;
    for (const Seen& one : newest_) {
      Offset& start = starts[static_cast<std::size_t>(one.partition)];
      start = std::min(start, one.offset);
    }
    done_(std::move(starts));
  }

  Shard& shard_;
  std::shared_ptr<ChannelView> view_;
  std::size_t count_;
  Asker asker_;
  FoundOffsets done_;
  Offsets head_;
  Offsets low_;  // everything from here up to the head was looked at
  std::vector<Part> parts_;
  std::vector<Seen> newest_;  // a heap
};

}  // namespace

void find_last(Shard& shard, const std::shared_ptr<ChannelView>& view, std::int64_t count, Asker asker, FoundOffsets done) {
  std::make_shared<LastSearch>(shard, view, static_cast<std::size_t>(count), std::move(asker), std::move(done))->run();
}

}  // namespace tailrace
