#include "shard/channel_view.h"

#include <algorithm>

namespace tailrace {

ChannelView::ChannelView(LogOpened opened)
    : channel(std::move(opened.channel)), log(std::move(opened.start)), live_(std::move(opened.live)) {
  last.resize(log.partitions());
  numbers.channel = channel->id;
}

void ChannelView::append(BatchPtr batch) {
  if (batch->kind == Batch::Kind::updates) {
    const auto p = static_cast<std::size_t>(batch->spans.front().partition);
    if (p >= last.size()) last.resize(p + 1);
    if (!last[p] || last[p]->offset < batch->marks.back().offset)  // while warming up, the end is known already
      last[p] = Anchor{batch->marks.back().offset, batch->marks.back().fingerprint};
  }
  log.append(std::move(batch));
}

void ChannelView::start_partition(Partition partition, Offset start) {
  log.start_partition(partition, start);
  last.resize(log.partitions());
  live_.resize(log.partitions(), kUnknown);
  live_[static_cast<std::size_t>(partition)] = start;
}

void ChannelView::reset(const LogReset& reset) {
  if (reset.reason == "recreated") {
    lost_.clear();
    numbers.earliest.clear();
  } else {
    for (std::size_t p = 0; p < reset.resume.size(); ++p)
      if (const auto partition = static_cast<Partition>(p); p < last.size() && reset.resume[p] != kUnknown)
        lost_[partition].lose(log, partition, reset.resume[p], last[p]);
  }
  log.restart(reset.start, 0);
  live_ = reset.start;
  ++resets;
  bounds.forget();
  for (auto& [at, question] : times) question.forget();
  forget_anchors();
}

void ChannelView::skip(const LogSkipped& skipped) {
  log.restart(skipped.start, skipped.sequence);
  forget_anchors();
}

// An answer that is on its way is of the log as it was.
void ChannelView::forget_anchors() {
  last.assign(log.partitions(), std::nullopt);
  anchors_known = false;
  anchors_asked_at = 0;
  anchors_outdated_ = !waiting_for_anchors.empty();
}

// Without an answer subscribers start all the same; their positions have no anchor until an update comes.
void ChannelView::learn_anchors(const std::vector<Place>& places, const Result<LastUpdates>& anchors) {
  const bool current = !std::exchange(anchors_outdated_, false) && anchors.has_value();
  anchors_known = current && anchors->complete;
  if (!current) anchors_asked_at = 0;
  for (std::size_t i = 0; current && i < places.size(); ++i) {
    const auto& found = anchors->before[i];
    auto& slot = last[static_cast<std::size_t>(places[i].partition)];
    if (found && (!slot || slot->offset < found->offset)) slot = found;
  }
  for (const auto& waiting : std::exchange(waiting_for_anchors, {})) waiting();
}

bool ChannelView::warm() const {
  for (std::size_t p = 0; p < live_.size() && p < log.head().size(); ++p)
    if (log.head()[p] < live_[p]) return false;
  return true;
}

const LostEnd* ChannelView::lost(Partition partition) const {
  const auto at = lost_.find(partition);
  return at == lost_.end() ? nullptr : &at->second;
}

Offsets ChannelView::live() const {
  Offsets live = log.head();
  for (std::size_t p = 0; p < live.size() && p < live_.size(); ++p) live[p] = std::max(live[p], live_[p]);
  return live;
}

std::optional<Anchor> ChannelView::anchor_before(Partition partition, Offset next) const {
  if (next == kUnknown) return std::nullopt;
  const auto p = static_cast<std::size_t>(partition);
  if (p < last.size() && last[p] && last[p]->offset < next) {
    const Offset head = log.head()[p];
    // Read back from the end it holds up to there, read in the log up to its head; above, nothing is known.
    const Offset known_up_to = last[p]->offset < head ? head : live()[p];
    if (next <= known_up_to && next >= std::min(head, known_up_to)) return last[p];
  }
  if (next > log.head()[p]) return std::nullopt;
  const Mark* mark = log.last_before(partition, next);
  return mark ? std::optional(Anchor{mark->offset, mark->fingerprint}) : std::nullopt;
}

Position ChannelView::position_at(const Offsets& next) const {
  Position position{channel->epoch, {}};
  for (std::size_t p = 0; p < next.size(); ++p) {
    const auto partition = static_cast<Partition>(p);
    position.places.push_back({partition, next[p], anchor_before(partition, next[p])});
  }
  return position;
}

void ChannelView::place_times(const std::vector<Millis>& at, TimeOffsets& found) const {
  if (!warm()) return;
  for (std::size_t i = 0; i < at.size() && i < found.at.size(); ++i) {
    auto offsets = log.offsets_at(at[i]);
    if (!offsets) continue;
    for (std::size_t p = 0; p < offsets->size() && p < found.at[i].size(); ++p)  // its head is no answer: Kafka may have more
      if ((*offsets)[p] == log.head()[p]) (*offsets)[p] = std::max((*offsets)[p], found.at[i][p]);
    found.at[i] = std::move(*offsets);
  }
}

}  // namespace tailrace
