#include "kafka/trail.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace tailrace {
namespace {

constexpr std::size_t kLevels = 24;

}  // namespace

void Trail::add(const Anchor& anchor) {
  ++count_;
  if (!first_) first_ = anchor;
  for (std::size_t level = 0; level < kLevels && count_ % (std::uint64_t{1} << level) == 0; ++level) {
    if (levels_.size() == level) levels_.emplace_back();
    levels_[level].older = levels_[level].newer;
    levels_[level].newer = anchor;
  }
}

void Trail::cut(Offset next) {
  const auto gone = [next](const std::optional<Anchor>& anchor) { return anchor && anchor->offset >= next; };
  for (Level& level : levels_) {
    if (gone(level.older)) level.older.reset();
    if (gone(level.newer)) level.newer = std::exchange(level.older, std::nullopt);
  }
  if (gone(first_)) first_.reset();
  std::erase_if(before_, [next](const Anchor& anchor) { return anchor.offset >= next; });
}

std::vector<Anchor> Trail::anchors() const {
  std::vector<Anchor> all = before_;
  if (first_) all.push_back(*first_);
  for (const Level& level : levels_) {
    if (level.newer) all.push_back(*level.newer);
    if (level.older) all.push_back(*level.older);
  }
  std::ranges::sort(all, std::ranges::greater(), &Anchor::offset);
  const auto twice = std::ranges::unique(all, {}, &Anchor::offset);
  all.erase(twice.begin(), twice.end());
  return all;
}

}  // namespace tailrace
