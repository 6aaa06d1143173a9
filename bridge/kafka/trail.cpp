#include "kafka/trail.h"

#include <algorithm>
#include <functional>

namespace tailrace {
namespace {

constexpr std::size_t kLevels = 24;
constexpr std::size_t kPerLevel = 8;

}  // namespace

void Trail::add(const Anchor& anchor) {
  ++count_;
  if (!first_) first_ = anchor;
  for (std::size_t level = 0; level < kLevels && count_ % (std::uint64_t{1} << level) == 0; ++level) {
    if (levels_.size() == level) levels_.emplace_back();
    Level& last = levels_[level];
    if (last.size() == kPerLevel) last.erase(last.begin());
    last.push_back(anchor);
  }
}

void Trail::cut(Offset next) {
  const auto gone = [next](const Anchor& anchor) { return anchor.offset >= next; };
  for (Level& level : levels_) std::erase_if(level, gone);
  std::erase_if(before_, gone);
  if (first_ && gone(*first_)) first_.reset();
}

std::vector<Anchor> Trail::anchors() const {
  std::vector<Anchor> all = before_;
  if (first_) all.push_back(*first_);
  for (const Level& level : levels_) all.insert(all.end(), level.begin(), level.end());
  std::ranges::sort(all, std::ranges::greater(), &Anchor::offset);
  const auto twice = std::ranges::unique(all, {}, &Anchor::offset);
  all.erase(twice.begin(), twice.end());
  return all;
}

}  // namespace tailrace
