// Where a subscription begins: a start as the client names it, or a position, which is held against the history that this
// bridge knows. Lives on its shard's thread; who drops it hears nothing more.
//
//   position ─► places ─► unknown places from `start` ─► anchors ─┬─ stand ────────────► found
//                                                                 ├─ not reached yet ──► found, unproven
//                                                                 └─ differ ───────────► found, with a reset
#pragma once

#include "shard/channel_view.h"
#include "shard/page_turns.h"
#include "wire/command.h"

namespace tailrace {

class Shard;

class Opening : public std::enable_shared_from_this<Opening> {
 public:
  struct Found {
    Offsets next;
    std::vector<std::optional<Anchor>> anchors;   // by partition, as the position had them
    std::vector<std::optional<Anchor>> unproven;  // those that lie above what this bridge has read
    std::optional<Offsets> to;
    std::string reset;  // the reason, when the position means nothing here
  };
  using Done = std::function<void(const Result<Found>&)>;

  Opening(Shard& shard, std::shared_ptr<PageTurns> turns, std::shared_ptr<ChannelView> view, SubscribeCommand command, Done done)
      : shard_(shard), turns_(std::move(turns)), view_(std::move(view)), command_(std::move(command)), done_(std::move(done)) {}

  void begin();  // calls `done` once, maybe before it returns

 private:
  void begin_at(const Start& from, std::string reset);
  void resume(const Position& position);
  void wait_for_partitions(const Position& position);
  void fill_unknown(Found found);
  void check_anchors(Found found, std::size_t from);
  std::optional<bool> same_history(Partition partition, const Anchor& anchor) const;
  void differs(Found found, Partition partition);
  void find_end(Found found);
  void retry(std::function<void()> step);
  template <class F>
  auto alive(F step);

  Asker asker() { return {weak_from_this(), turns_}; }

  Shard& shard_;
  const std::shared_ptr<PageTurns> turns_;
  const std::shared_ptr<ChannelView> view_;
  const SubscribeCommand command_;
  const Done done_;
};

}  // namespace tailrace
