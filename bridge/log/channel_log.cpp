#include "log/channel_log.h"

#include <algorithm>

namespace tailrace {

namespace {

bool updates_of(const Batch& batch, Partition partition) {
  return batch.kind == Batch::Kind::updates && batch.spans.front().partition == partition;
}

const Mark* last_mark_before(const Batch& batch, Offset next) {
  const auto at = std::partition_point(batch.marks.begin(), batch.marks.end(),
                                       [&](const Mark& mark) { return mark.offset < next; });
  return at == batch.marks.begin() ? nullptr : &*std::prev(at);
}

}  // namespace

ChannelLog::ChannelLog(Offsets start, std::uint64_t first) : head_(std::move(start)), origin_(head_) {
  segments_.push_back(std::make_unique<Segment>());
  segments_.back()->first = first;
  segments_.back()->start = head_;
}

ChannelLog::~ChannelLog() = default;

void ChannelLog::append(BatchPtr batch) {
  if (segments_.back()->fill.full()) open_segment();
  auto& segment = *segments_.back();
  apply(head_, *batch);
  segment.fill.add(batch->bytes());
  segment.latest = std::max(segment.latest, batch->latest);
  bytes_ += batch->bytes();
  segment.batches.push_back(std::move(batch));
  while (!waiting_.empty()) {
    Reader& reader = waiting_.front();
    waiting_.pop_front();
    reader.woken();
  }
}

void ChannelLog::open_segment() {
  auto next = std::make_unique<Segment>();
  next->first = segments_.back()->end();
  next->start = head_;
  segments_.push_back(std::move(next));
}

void ChannelLog::trim(std::uint64_t tail) {
  while (segments_.front()->end() <= tail && segments_.front()->fill.batches > 0) {
    if (segments_.size() == 1) open_segment();
    lap(*segments_.front());
    bytes_ -= segments_.front()->fill.bytes;
    segments_.pop_front();
  }
}

void ChannelLog::restart(Offsets start, std::uint64_t first) {
  for (auto& segment : segments_) lap(*segment);
  segments_.clear();
  bytes_ = 0;
  head_ = std::move(start);
  origin_.resize(head_.size(), kUnknown);
  for (std::size_t p = 0; p < head_.size(); ++p)
    if (origin_[p] == kUnknown || head_[p] < origin_[p]) origin_[p] = head_[p];
  segments_.push_back(std::make_unique<Segment>());
  segments_.back()->first = first;
  segments_.back()->start = head_;
}

// Everyone in the segment is moved out with what it has not had: the segment's start, past the batches it took.
void ChannelLog::lap(Segment& segment) {
  while (!segment.readers.empty()) {
    Reader& reader = segment.readers.front();
    Offsets next = offsets_at(reader);
    leave(reader);
    reader.lapped(std::move(next));
  }
}

void ChannelLog::start_partition(Partition partition, Offset start) {
  const auto index = static_cast<std::size_t>(partition);
  if (index >= head_.size()) {
    head_.resize(index + 1, kUnknown);
    origin_.resize(index + 1, kUnknown);
  }
  origin_[index] = start;
}

Offset ChannelLog::origin(Partition partition) const {
  const auto index = static_cast<std::size_t>(partition);
  return index < origin_.size() ? origin_[index] : kUnknown;
}

Offset ChannelLog::start_of(const Segment& segment, Partition partition) const {
  const auto index = static_cast<std::size_t>(partition);
  if (index < segment.start.size() && segment.start[index] != kUnknown) return segment.start[index];
  return origin(partition);
}

Offset ChannelLog::tail(Partition partition) const { return start_of(*segments_.front(), partition); }

std::uint64_t ChannelLog::head_sequence() const { return segments_.back()->end(); }

void ChannelLog::place(Reader& reader, Segment& segment, std::uint32_t index) {
  leave(reader);
  reader.segment = &segment;
  reader.index = index;
  segment.readers.push_back(reader);
}

bool ChannelLog::has_all(const Segment& segment, const Offsets& next) const {
  for (std::size_t p = 0; p < next.size(); ++p)
    if (next[p] != kUnknown && next[p] < start_of(segment, static_cast<Partition>(p))) return false;
  return true;
}

bool ChannelLog::stand(Reader& reader, const Offsets& next) {
  const auto after = std::partition_point(segments_.begin(), segments_.end(),
                                          [&](const auto& segment) { return has_all(*segment, next); });
  if (after == segments_.begin()) return false;
  place(reader, **std::prev(after), 0);
  return true;
}

void ChannelLog::stand_at_head(Reader& reader) {
  auto& segment = *segments_.back();
  place(reader, segment, static_cast<std::uint32_t>(segment.batches.size()));
}

void ChannelLog::step_back(Reader& reader, std::uint64_t sequence) {
  auto at = std::upper_bound(segments_.begin(), segments_.end(), sequence,
                             [](std::uint64_t wanted, const auto& segment) { return wanted < segment->first; });
  Segment& segment = **std::prev(at);
  place(reader, segment, static_cast<std::uint32_t>(sequence - segment.first));
}

const Batch* ChannelLog::peek(Reader& reader) {
  if (reader.index < reader.segment->batches.size()) return reader.segment->batches[reader.index].get();
  if (reader.segment == segments_.back().get()) {
    if (!reader.waiting_hook.is_linked()) waiting_.push_back(reader);
    return nullptr;
  }
  step_back(reader, reader.segment->end());
  return peek(reader);
}

const BatchPtr& ChannelLog::current(const Reader& reader) const { return reader.segment->batches[reader.index]; }

void ChannelLog::leave(Reader& reader) {
  reader.segment = nullptr;
  reader.standing_hook.unlink();
  reader.waiting_hook.unlink();
}

const Segment* ChannelLog::segment_of(Partition partition, Offset offset) const {
  const auto after = std::partition_point(segments_.begin(), segments_.end(), [&](const auto& segment) {
    const Offset start = start_of(*segment, partition);
    return start != kUnknown && start <= offset;
  });
  return after == segments_.begin() ? nullptr : std::prev(after)->get();
}

const Mark* ChannelLog::find(Partition partition, Offset offset) const {
  const Segment* segment = segment_of(partition, offset);
  if (!segment) return nullptr;
  for (const BatchPtr& batch : segment->batches) {
    if (!updates_of(*batch, partition) || batch->spans.front().next <= offset) continue;
    const Mark* mark = last_mark_before(*batch, offset + 1);
    return mark && mark->offset == offset ? mark : nullptr;
  }
  return nullptr;
}

const Mark* ChannelLog::last_before(Partition partition, Offset next) const {
  const Mark* found = nullptr;
  newest_first(partition, next, [&](const Batch& batch) {
    found = last_mark_before(batch, next);
    return !found;
  });
  return found;
}

void ChannelLog::newest_first(Partition partition, Offset next, const std::function<bool(const Batch&)>& look) const {
  for (Offset limit = next; limit > 0;) {
    const Segment* segment = segment_of(partition, limit - 1);
    if (!segment) return;
    for (auto batch = segment->batches.rbegin(); batch != segment->batches.rend(); ++batch)
      if (updates_of(**batch, partition) && !look(**batch)) return;
    limit = start_of(*segment, partition);
  }
}

std::optional<Offsets> ChannelLog::offsets_at(Millis time) const {
  Offsets found(head_.size(), kUnknown);
  std::vector<bool> reaches(head_.size());
  for (std::size_t p = 0; p < reaches.size(); ++p) reaches[p] = tail(static_cast<Partition>(p)) == 0;
  auto unreached = std::count(reaches.begin(), reaches.end(), false);
  std::size_t unfound = head_.size();
  for (const auto& segment : segments_) {
    if (unreached == 0 && segment->latest < time) continue;
    for (const BatchPtr& batch : segment->batches) {
      if (batch->kind != Batch::Kind::updates) continue;
      const auto p = static_cast<std::size_t>(batch->spans.front().partition);
      if (!reaches[p] && batch->marks.front().timestamp < time) {
        reaches[p] = true;
        --unreached;
      }
      if (found[p] != kUnknown || batch->latest < time) continue;
      if (!reaches[p]) return std::nullopt;
      const auto first = std::find_if(batch->marks.begin(), batch->marks.end(),
                                      [&](const Mark& mark) { return mark.timestamp >= time; });
      found[p] = first->offset;
      if (--unfound == 0) return found;
    }
  }
  if (unreached > 0) return std::nullopt;
  for (std::size_t p = 0; p < found.size(); ++p)
    if (found[p] == kUnknown) found[p] = head_[p];
  return found;
}

std::uint64_t ChannelLog::sequence(const Reader& reader) const { return reader.segment->first + reader.index; }

Offsets ChannelLog::offsets_at(const Reader& reader) const {
  const Segment& segment = *reader.segment;
  Offsets next = segment.start;
  for (std::uint32_t i = 0; i < reader.index; ++i) apply(next, *segment.batches[i]);
  next.resize(std::max(next.size(), origin_.size()), kUnknown);
  return next;
}

}  // namespace tailrace
