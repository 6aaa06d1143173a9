// A subscriber's place in a channel: the only thing the server keeps per subscription. Pure (no Asio, no clock); lives on
// its shard's thread and must leave before its log goes.
//
//   catching up ──(log has all that is missing)──► walking ──(level with the log everywhere)──► in step
//     reads pages, per partition          from a segment's start, leaving           only {segment, index},
//     below the log's tail                out what it has had                       no offsets of its own
//        ▲──────────────(its segment is evicted)──────────┴──────────────────────────────────┘
#pragma once

#include "log/archive.h"
#include "log/channel_log.h"

#include <functional>
#include <optional>

namespace tailrace {

class Cursor final : public Reader {
 public:
  // One thing to send. Of `batch` the offsets [from, next) of its partition (`whole`: as it is); without a batch, `rows`
  // to be sent as a coverage frame.
  struct Item {
    BatchPtr batch;
    Offset from = 0;
    Offset next = 0;
    bool whole = true;
    bool in_step = false;         // rewind() can take it back
    std::uint64_t sequence = 0;   // of the batch in the log
    std::vector<Span> rows;
  };
  enum class Step { item, page, wait, ended };

  // `ready` is called when a waiting cursor has something to do again.
  Cursor(ChannelLog& log, std::function<void()> ready) : log_(log), ready_(std::move(ready)) {}
  ~Cursor() override { log_.leave(*this); }

  // From `next` on (kUnknown, or not in it: where the partition began, told by a row); with `to`, until each partition is there.
  void start(Offsets next, std::optional<Offsets> to);

  // What to do now: `item` was filled and counts as sent; a page is needed; nothing until `ready`; all was sent.
  Step step(Item& item);

  // Where the needed page begins. Valid after Step::page, until give() or deny().
  Span wanted() const { return wanted_; }
  bool lacks_page() const { return waiting_for_page_; }
  void give(PagePtr page);
  void deny();     // none can be had now: others have their turn first
  void put_off();  // it is not wanted now, and will be asked for again
  void drop_page();  // the socket takes no more: hold nothing while waiting

  // Items taken in step and not sent: go back to the one with `sequence`.
  void rewind(std::uint64_t sequence) { log_.step_back(*this, sequence); }

  const std::optional<Offsets>& end() const { return to_; }
  bool in_step() const { return standing() && next_.empty(); }
  bool waiting_at_head() const { return waiting_hook.is_linked(); }
  bool catching_up() const { return !standing(); }
  Offsets offsets() const { return next_.empty() && standing() ? log_.offsets_at(*this) : next_; }

  void lapped(Offsets next) override;
  void woken() override { ready_(); }

 private:
  bool want_page();
  void end_turn();
  bool begin_partitions(Item& item);
  bool settle();
  bool take_from_page(Item& item);
  Step take_from_log(Item& item);
  bool take_span(const Span& span, Item& item);
  bool take_rows(const Batch& batch, Item& item);
  bool passes_end(Partition partition, Offset next) const;
  bool done() const;
  void fall_behind(const Span& hole);
  void level_if_even();
  Offset& next_of(Partition partition);

  ChannelLog& log_;
  std::function<void()> ready_;
  Offsets next_;                // empty when in step
  std::optional<Offsets> to_;
  std::size_t ahead_ = 0;       // walking: partitions in which it has had more than the log up to its place
  PagePtr page_;
  std::size_t page_index_ = 0;
  Partition turn_ = 0;          // round-robin over the partitions that lack pages, a few in a row of each
  int in_a_row_ = 0;
  Span wanted_;
  bool waiting_for_page_ = false;
  std::optional<Span> hole_;    // in the middle of the log: read as a page, too
};

}  // namespace tailrace
