#include "shard/lost_end.h"

#include <algorithm>
#include <tuple>

namespace tailrace {

namespace {

constexpr std::size_t kMost = 1 << 16;

bool earlier(const Anchor& a, const Anchor& b) {
  return std::tie(a.offset, a.fingerprint) < std::tie(b.offset, b.fingerprint);
}

}  // namespace

void LostEnd::lose(const ChannelLog& log, Partition partition, Offset from, const std::optional<Anchor>& last) {
  const Offset head = log.head()[static_cast<std::size_t>(partition)];
  from_ = std::min(from_, from);
  end_ = std::max(end_, head);
  if (last && last->offset >= from) updates_.push_back(*last);
  log.newest_first(partition, head, [&](const Batch& batch) {
    for (const Mark& mark : batch.marks)
      if (mark.offset >= from && updates_.size() < kMost) updates_.push_back({mark.offset, mark.fingerprint});
    return updates_.size() < kMost && batch.marks.front().offset > from;
  });
  std::ranges::sort(updates_, earlier);
  const auto twice = std::ranges::unique(updates_);
  updates_.erase(twice.begin(), twice.end());
}

bool LostEnd::had(const Anchor& update) const { return std::ranges::binary_search(updates_, update, earlier); }

}  // namespace tailrace
