// Kafka, ingest, one shard's log and its subscribers, driven at random from a seed. run() throws Broken where the promise
// does not hold. Everything on one thread; time is a number.
//
//   Truth ──ingest, random cuts──► [inbox, may overflow] ──► ChannelLog ──► Cursor ──► socket ──► Receiver
//     └───────────────────── pages, random parts, denials ────────────────────┘           held against Truth
#pragma once

#include "log/log_keeper.h"
#include "shard/model/subscriber.h"

#include <list>

namespace tailrace::model {

class World {
 public:
  explicit World(std::uint64_t seed) : dice_(seed), keeper_(random_limits()) { open(); }

  void run() {
    for (std::int64_t steps = dice_.between(50, 350); steps > 0; --steps) step();
    finish();
  }

 private:
  struct Lane {
    Offset from = kUnknown;  // published up to here
    Offset next = kUnknown;  // read up to here: holes between, that a coverage row will tell
  };

  KeepLimits random_limits() {
    KeepLimits limits;
    limits.bytes = static_cast<std::size_t>(dice_.between(100'000, 3'000'000));
    limits.records = static_cast<std::size_t>(dice_.between(50, 3000));
    limits.age = dice_.between(5, 300);
    return limits;
  }

  void open() {
    Offsets start;
    for (std::int64_t count = dice_.between(1, 4); count > 0; --count) {
      Truth truth(dice_.one_in(3) ? 0 : kPageSpan * dice_.between(1, 3) - dice_.between(0, 300));
      truth.grow(dice_, truth.base + dice_.between(0, 300));
      start.push_back(dice_.one_in(4) ? kUnknown : random_origin(truth));
      truths_.push_back(std::move(truth));
    }
    origins_ = start;
    log_ = std::make_unique<ChannelLog>(start);
    begin_lanes(start);
    keeper_.opened(0);
  }

  void begin_lanes(const Offsets& start) {
    lanes_.clear();
    for (const Offset offset : start) lanes_.push_back({offset, offset});
    newest_ = start;
    sequence_ = 0;
  }

  // ---- what happens

  void step() {
    ++now_;
    const auto happens = dice_.between(1, 100);
    if (happens <= 12) grow();
    else if (happens <= 40) ingest(some_partition());
    else if (happens <= 45) publish_coverage();
    else if (happens <= 50) trim();
    else if (happens <= 58) subscribe();
    else if (happens <= 60) unsubscribe();
    else if (happens <= 62) expire();
    else if (happens <= 64) overflow();
    else if (happens <= 66) begin_partition();
    else if (happens == 67 && dice_.one_in(3)) reset();
    else if (happens <= 80) answer_pages();
    else serve();
  }

  std::size_t some_partition() {
    return static_cast<std::size_t>(dice_.between(0, static_cast<std::int64_t>(truths_.size()) - 1));
  }

  void grow() {
    Truth& truth = dice_.pick(truths_);
    truth.grow(dice_, truth.end() + dice_.between(1, 120));
  }

  void expire() {
    Truth& truth = dice_.pick(truths_);
    truth.earliest = dice_.between(truth.earliest, truth.end());
  }

  // ---- ingest

  void ingest(std::size_t p) {
    Lane& lane = lanes_[p];
    if (lane.next == kUnknown) return;
    lane.next = dice_.between(lane.next, truths_[p].end());
    for (const BatchPtr& batch : batches_of(dice_, truths_[p], {static_cast<Partition>(p), lane.from, lane.next})) {
      const Span& span = batch->spans.front();
      const bool trailing_holes = batch->kind == Batch::Kind::coverage && span.next == lane.next;
      if (trailing_holes) continue;
      publish(batch);
      lane.from = span.next;
    }
  }

  void publish_coverage(std::vector<Span> rows = {}) {
    for (std::size_t p = 0; p < lanes_.size(); ++p) {
      if (lanes_[p].from == lanes_[p].next) continue;
      rows.push_back({static_cast<Partition>(p), lanes_[p].from, lanes_[p].next});
      lanes_[p].from = lanes_[p].next;
    }
    std::ranges::sort(rows, {}, &Span::partition);
    if (!rows.empty()) publish(coverage(std::move(rows)));
  }

  void publish(const BatchPtr& batch) {
    apply(newest_, *batch);
    ++sequence_;
    keeper_.appended(0, batch->bytes(), batch->marks.size(), now_);
    if (!overflowing_) log_->append(batch);
  }

  void trim() {
    now_ += dice_.between(0, 20);
    for (const LogTrimmed& trimmed : keeper_.due(now_))
      if (!overflowing_) log_->trim(trimmed.tail);
  }

  // First events are dropped, then the log begins again at the newest place.
  void overflow() {
    if (overflowing_) log_->restart(newest_, sequence_);
    overflowing_ = !overflowing_;
  }

  // One that had no leader, or a new one: that begins at 0.
  void begin_partition() {
    for (std::size_t p = 0; p < lanes_.size(); ++p)
      if (lanes_[p].next == kUnknown) return start_partition(p, random_origin(truths_[p]));
    if (truths_.size() >= 6) return;
    truths_.emplace_back();
    truths_.back().grow(dice_, dice_.between(0, 50));
    lanes_.emplace_back();
    origins_.push_back(kUnknown);
    start_partition(truths_.size() - 1, 0);
  }

  Offset random_origin(const Truth& truth) {
    return dice_.one_in(2) ? truth.end() : dice_.between(truth.base, truth.end());
  }

  void start_partition(std::size_t p, Offset start) {
    const auto partition = static_cast<Partition>(p);
    lanes_[p] = {start, start};
    origins_[p] = start;
    newest_.resize(std::max(newest_.size(), p + 1), kUnknown);
    newest_[p] = start;
    log_->start_partition(partition, start);
    for (auto turns = dice_.between(0, 3); turns > 0; --turns) serve();
    const Span row{partition, start, start};
    dice_.one_in(2) ? publish_coverage({row}) : publish(coverage({row}));
  }

  // ---- the history breaks

  void reset() {
    for (auto& subscriber : subscribers_) {
      subscriber.send_kept();
      subscriber.check_place();
    }
    dice_.one_in(2) ? recreate() : truncate();
  }

  void recreate() {
    const auto count = static_cast<std::size_t>(dice_.between(1, static_cast<std::int64_t>(truths_.size())));
    truths_.assign(count, Truth());
    Offsets start;
    for (Truth& truth : truths_) {
      truth.grow(dice_, dice_.between(0, 60));
      start.push_back(dice_.between(0, truth.end()));
    }
    origins_.resize(count);
    for (std::size_t p = 0; p < count; ++p)
      origins_[p] = origins_[p] == kUnknown ? start[p] : std::min(origins_[p], start[p]);
    restart(start, Offsets(count, 0), true);
  }

  void truncate() {
    const std::size_t p = some_partition();
    Truth& truth = truths_[p];
    if (lanes_[p].next == kUnknown) return;
    const Offset lost_from = dice_.between(truth.earliest, truth.end());
    truth.truncate(lost_from);
    truth.grow(dice_, lost_from + dice_.between(0, 40));
    Offsets start, resume(truths_.size(), kUnknown);
    for (const Lane& lane : lanes_) start.push_back(lane.next);
    start[p] = std::min(start[p], lost_from);
    origins_[p] = std::min(origins_[p], start[p]);
    resume[p] = lost_from;
    restart(start, resume, false);
  }

  void restart(const Offsets& start, const Offsets& resume, bool recreated) {
    begin_lanes(start);
    keeper_.opened(0);
    log_->restart(start, 0);
    for (auto& subscriber : subscribers_)
      if (!subscriber.ended()) subscriber.reset(resume, recreated, Receiver(truths_, origins_, {}, subscriber.to()));
  }

  // ---- subscribers

  void subscribe() {
    if (subscribers_.size() >= 12) return unsubscribe();
    const std::size_t count = log_->partitions();
    Offsets next(count, kUnknown);
    const bool at_head = dice_.one_in(4);
    for (std::size_t p = 0; p < count; ++p) next[p] = at_head ? log_->head()[p] : random_start(p);
    std::optional<Offsets> to;
    if (dice_.one_in(4)) to = random_end(next);
    subscribers_.emplace_back(*log_, Receiver(truths_, origins_, next, to), next, to);
  }

  Offset random_start(std::size_t p) {
    const Truth& truth = truths_[p];
    if (dice_.one_in(origins_[p] == kUnknown ? 2 : 20)) return kUnknown;
    switch (dice_.between(0, 3)) {
      case 0: return dice_.between(truth.base, truth.earliest);
      case 1: return dice_.between(truth.base, truth.end());
      case 2: return dice_.between(std::max(truth.base, truth.end() - 30), truth.end() + 30);
      default: return std::max(log_->head()[p], truth.base);
    }
  }

  Offsets random_end(const Offsets& next) {
    Offsets to = next;
    for (Offset& end : to)
      if (end != kUnknown) end = std::max<Offset>(0, end + dice_.between(-20, 200));
    return to;
  }

  void unsubscribe() {
    if (subscribers_.empty()) return;
    auto one = subscribers_.begin();
    std::advance(one, dice_.between(0, static_cast<std::int64_t>(subscribers_.size()) - 1));
    subscribers_.erase(one);
  }

  void serve() {
    for (auto& subscriber : subscribers_)
      if (dice_.one_in(2)) subscriber.turn(&dice_);
  }

  // ---- pages

  void answer_pages() {
    for (auto& subscriber : subscribers_)
      if (const auto wanted = subscriber.wanted(); wanted && dice_.one_in(2))
        subscriber.answer(dice_.one_in(8) ? nullptr : page(*wanted));
  }

  // As the page cache answers: what accounts for `from`, or nothing where Kafka's end is below it.
  PagePtr page(const Span& wanted) {
    const Truth& truth = truths_[static_cast<std::size_t>(wanted.partition)];
    if (wanted.from >= truth.end()) return nullptr;
    auto page = std::make_shared<Page>();
    const Offset cell = wanted.from / kPageSpan * kPageSpan;
    page->from = page->next = std::max(truth.base, dice_.between(dice_.one_in(2) ? wanted.from : cell, wanted.from));
    if (page->next < truth.earliest) add(*page, gap(wanted.partition, page->next, truth.earliest));
    const Offset cell_end = std::min(cell + kPageSpan, truth.end());
    const Offset end = dice_.one_in(2) ? cell_end : dice_.between(wanted.from + 1, cell_end);
    if (page->next < end)
      for (BatchPtr& batch : batches_of(dice_, truth, {wanted.partition, page->next, end})) add(*page, std::move(batch));
    page->at_end = page->next == truth.end();
    return page;
  }

  static void add(Page& page, BatchPtr batch) {
    page.next = batch->spans.back().next;
    page.bytes += batch->bytes();
    page.batches.push_back(std::move(batch));
  }

  // ---- the end: everything that is to come comes, every socket is open, every page is read

  void finish() {
    if (overflowing_) overflow();
    for (std::size_t p = 0; p < truths_.size(); ++p) finish_partition(p);
    publish_coverage();
    for (int rounds = 0; rounds < 10'000; ++rounds) {
      bool idle = true;
      for (auto& subscriber : subscribers_) {
        subscriber.turn(nullptr);
        if (const auto wanted = subscriber.wanted()) subscriber.answer(page(*wanted));
        idle = idle && subscriber.idle();
      }
      if (idle) return check_all();
    }
    throw Broken("no progress");
  }

  // Far enough for those who are ahead, and for every end.
  void finish_partition(std::size_t p) {
    Truth& truth = truths_[p];
    for (const auto& subscriber : subscribers_) {
      truth.grow(dice_, subscriber.next(static_cast<Partition>(p)));
      if (subscriber.to() && p < subscriber.to()->size()) truth.grow(dice_, (*subscriber.to())[p]);
    }
    if (lanes_[p].next == kUnknown) start_partition(p, random_origin(truth));
    while (lanes_[p].next < truth.end()) ingest(p);
  }

  void check_all() const {
    for (const auto& subscriber : subscribers_) {
      for (std::size_t p = 0; p < truths_.size(); ++p) check_partition(subscriber, p);
      if (subscriber.to() && !subscriber.ended()) throw Broken("did not end");
      if (!subscriber.to() && !subscriber.in_step()) throw Broken("did not get in step");
    }
  }

  void check_partition(const Subscriber& subscriber, std::size_t p) const {
    const Offset next = subscriber.next(static_cast<Partition>(p));
    if (!subscriber.to()) {
      if (next != newest_[p]) throw Broken("did not get to the head");
    } else if (p < subscriber.to()->size() && next != kUnknown && next < (*subscriber.to())[p]) {
      throw Broken("ended before its end: p" + std::to_string(p) + " at " + std::to_string(next));
    }
  }

  Dice dice_;
  std::vector<Truth> truths_;
  Offsets origins_;
  std::vector<Lane> lanes_;
  LogKeeper keeper_;
  std::unique_ptr<ChannelLog> log_;
  Offsets newest_;  // where the log stands, or would without an overflow
  std::uint64_t sequence_ = 0;
  bool overflowing_ = false;
  Millis now_ = 0;
  std::list<Subscriber> subscribers_;  // a cursor calls back into its subscriber
};

}  // namespace tailrace::model
