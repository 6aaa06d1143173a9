// Kafka over vectors: records are added, and the archive's questions wait until the test has them answered.
//
//   FakeArchive kafka(2);                       two partitions
//   kafka.add(0, 100);                          100 records more, each one's timestamp 1000 × its offset
//   cache.ask(…); … kafka.answer();             what was asked is answered now, on this thread
//   kafka.unavailable = true;                   … with an error
//   kafka.fails = [] { … };                     … with an error when this says so
//   kafka.at_once = true;                       for tests with threads: answered on the thread that asks
#pragma once

#include "log/archive.h"
#include "wire/batch_builder.h"
#include "wire/fingerprint.h"

#include <deque>
#include <mutex>

namespace tailrace {

class FakeArchive final : public Archive {
 public:
  struct Stored {
    Offset offset;
    Millis timestamp;
    std::string value;
  };
  struct Kept {
    Offset earliest = 0;
    Offset stable = 0;
    std::vector<Stored> records;  // below `stable`, ascending; what lies below `earliest` is gone
  };

  explicit FakeArchive(std::size_t count = 1) : partitions(count) {}

  // ---- Kafka's side
  void add(Partition p, std::int64_t count, std::size_t size = 1) {
    for (; count > 0; --count) add_at(p, at(p).stable, 1000 * at(p).stable, size);
  }
  void add_at(Partition p, Offset offset, Millis timestamp, std::size_t size = 1) {
    const std::lock_guard lock(mutex_);
    at(p).records.push_back({offset, timestamp, size == 1 ? value : '"' + value + std::string(size, 'x') + '"'});
    at(p).stable = offset + 1;
  }
  void add_holes(Partition p, Offset count) { at(p).stable += count; }
  void expire(Partition p, Offset earliest) { at(p).earliest = earliest; }

  Kept& at(Partition p) { return partitions.at(static_cast<std::size_t>(p)); }

  // What a bridge would have published of [from, next): updates, or coverage where there is no record.
  BatchPtr batch(const ChannelPtr& channel, Partition p, Offset from, Offset next) {
    const std::lock_guard lock(mutex_);
    BatchBuilder builder(writer_, channel, p);
    for (const Stored& stored : at(p).records)
      if (stored.offset >= from && stored.offset < next) builder.add(record(stored));
    return builder.empty() ? make_coverage(*channel, {{p, from, next}}) : builder.finish(from, next);
  }

  // ---- answering
  std::size_t answer() {
    std::size_t answered = 0;
    for (; !asked_.empty(); ++answered) {
      const auto one = std::move(asked_.front());
      asked_.pop_front();
      one();
    }
    return answered;
  }
  std::size_t unanswered() const { return asked_.size(); }

  // "0:1024-2048 …": the reads since this was last asked.
  std::string read_text() {
    std::string text;
    for (const PageRequest& one : std::exchange(reads_, {}))
      text += (text.empty() ? "" : " ") + std::to_string(one.partition) + ":" + std::to_string(one.from) + "-" +
              std::to_string(one.end);
    return text;
  }

  std::vector<Kept> partitions;
  std::string value = "7";  // of the records to come, or how it begins
  bool unavailable = false;
  std::function<bool()> fails;
  bool at_once = false;
  std::size_t part_bytes = 4 << 20;  // pages end after as much
  std::vector<Span> corrupt;         // what comes as a gap
  int questions = 0;                 // of bounds, times and anchors
  std::vector<std::weak_ptr<const Page>> pages;  // that were given

  // ---- the archive
  void read(PageRequest request, std::function<void(Result<PagePtr>)> done) override {
    const std::lock_guard lock(mutex_);
    reads_.push_back(request);
    reply(std::move(done), [this, request]() -> Result<PagePtr> {
      if (!has(request.partition)) return Error{"unknown_partition", "no such partition"};
      return page(request);
    });
  }

  void bounds(ChannelPtr, std::function<void(Result<std::vector<Bounds>>)> done) override {
    ++questions;
    reply(std::move(done), [this] {
      std::vector<Bounds> all;
      for (const Kept& kept : partitions) all.push_back({kept.earliest, kept.stable});
      return all;
    });
  }

  void times(ChannelPtr, std::vector<Millis> times, std::function<void(Result<TimeOffsets>)> done) override {
    ++questions;
    reply(std::move(done), [this, times] {
      TimeOffsets found;
      for (const Millis time : times) found.at.push_back(offsets_at(time));
      for (const Kept& kept : partitions)
        if (!kept.records.empty() && (found.earliest == 0 || kept.records.front().timestamp < found.earliest))
          found.earliest = kept.records.front().timestamp;
      return found;
    });
  }

  void last_before(ChannelPtr, std::vector<Place> places,
                   std::function<void(Result<LastUpdates>)> done) override {
    ++questions;
    reply(std::move(done), [this, places] {
      LastUpdates found;
      for (const Place& place : places)
        found.before.push_back(has(place.partition) ? before(place.partition, place.next) : std::nullopt);
      return found;
    });
  }

  std::optional<Anchor> before(Partition p, Offset next) {
    std::optional<Anchor> found;
    for (const Stored& stored : at(p).records)
      if (stored.offset < next) found = Anchor{stored.offset, fingerprint(record(stored))};
    return found;
  }

 private:
  // The answer is made when it is given.
  template <class Answer, class Make>
  void reply(std::function<void(Result<Answer>)> done, Make make) {
    const std::lock_guard lock(mutex_);
    auto answer = [this, done = std::move(done), make = std::move(make)] {
      if (unavailable || (fails && fails())) return done(Error{"unavailable", "Kafka does not answer"});
      done(Result<Answer>(make()));
    };
    at_once ? answer() : asked_.push_back(std::move(answer));
  }

  bool has(Partition p) const { return static_cast<std::size_t>(p) < partitions.size(); }
  static Record record(const Stored& stored) { return {stored.offset, stored.timestamp, {}, stored.value, {}}; }

  Offsets offsets_at(Millis time) const {
    Offsets offsets;
    for (const Kept& kept : partitions) {
      Offset found = kept.stable;
      for (auto stored = kept.records.rbegin(); stored != kept.records.rend(); ++stored)
        if (stored->timestamp >= time) found = stored->offset;
      offsets.push_back(found);
    }
    return offsets;
  }

  PagePtr page(const PageRequest& request) {
    auto page = std::make_shared<Page>();
    const Kept& kept = at(request.partition);
    page->from = page->next = request.from;
    if (const Span gone{request.partition, request.from, kept.earliest}; gone.from < gone.next)
      add(*page, make_gap(*request.channel, gone, "expired"));
    const Offset end = std::min(request.end, kept.stable);
    while (page->next < end && page->bytes < part_bytes) add(*page, next_batch(request, page->next, end));
    page->at_end = page->next >= kept.stable;
    pages.push_back(page);
    return page;
  }

  BatchPtr next_batch(const PageRequest& request, Offset from, Offset end) {
    Offset next = std::min(end, from + 64);
    for (const Span& bad : corrupt) {
      if (bad.partition != request.partition || from >= bad.next) continue;
      if (from >= bad.from) return make_gap(*request.channel, {bad.partition, from, bad.next}, "undecodable");
      next = std::min(next, bad.from);
    }
    return batch(request.channel, request.partition, from, next);
  }

  static void add(Page& page, BatchPtr batch) {
    page.next = batch->spans.front().next;
    page.bytes += batch->bytes();
    page.batches.push_back(std::move(batch));
  }

  std::recursive_mutex mutex_;
  UpdateWriter writer_;
  std::deque<std::function<void()>> asked_;
  std::vector<PageRequest> reads_;
};

}  // namespace tailrace
