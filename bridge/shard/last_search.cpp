#include "shard/last_search.h"

#include "shard/shard.h"

#include <algorithm>

namespace tailrace {

namespace {

struct Seen {
  Millis timestamp;
  Partition partition;
  Offset offset;
};

class LastSearch : public std::enable_shared_from_this<LastSearch> {
 public:
  LastSearch(Shard& shard, std::shared_ptr<ChannelView> view, std::size_t count, FoundOffsets done)
      : shard_(shard), view_(std::move(view)), count_(count), done_(std::move(done)), head_(view_->live()),
        seen_(head_.size()) {}

  void run() {
    low_ = head_;
    if (!view_->warm()) return step(0);  // the newest are not in the log yet
    for (std::size_t p = 0; p < head_.size(); ++p) look_in_log(p);
    step(0);
  }

 private:
  bool enough(std::size_t p) const { return seen_[p].size() >= count_; }

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
    auto& seen = seen_[static_cast<std::size_t>(partition)];
    for (auto mark = batch.marks.rbegin(); mark != batch.marks.rend() && seen.size() < count_; ++mark)
      if (seen.empty() || mark->offset < seen.back().offset) seen.push_back({mark->timestamp, partition, mark->offset});
  }

  // Pages of one partition after the other, from the log's tail downwards.
  void step(std::size_t p) {
    for (; p < head_.size(); ++p)
      if (!enough(p) && low_[p] > 0 && low_[p] > head_[p] - kScanLimit) return ask(p);
    finish();
  }

  void ask(std::size_t p) {
    const Offset wanted = low_[p] - 1;
    shard_.ask_page(view_->channel, static_cast<Partition>(p), wanted,
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
    std::vector<Seen> all;
    for (const auto& seen : seen_) all.insert(all.end(), seen.begin(), seen.end());
    const auto newer = [](const Seen& a, const Seen& b) {
      return std::tie(a.timestamp, a.offset) > std::tie(b.timestamp, b.offset);
    };
    std::sort(all.begin(), all.end(), newer);
    all.resize(std::min(all.size(), count_));
    Offsets starts = head_;
    for (const Seen& one : all) {
      Offset& start = starts[static_cast<std::size_t>(one.partition)];
      start = std::min(start, one.offset);
    }
    done_(std::move(starts));
  }

  Shard& shard_;
  std::shared_ptr<ChannelView> view_;
  std::size_t count_;
  FoundOffsets done_;
  Offsets head_;
  Offsets low_;  // everything from here up to the head was looked at
  std::vector<std::vector<Seen>> seen_;
};

}  // namespace

void find_last(Shard& shard, const std::shared_ptr<ChannelView>& view, std::int64_t count, FoundOffsets done) {
  std::make_shared<LastSearch>(shard, view, static_cast<std::size_t>(count), std::move(done))->run();
}

}  // namespace tailrace
