#include "kafka/undecodable.h"

#include <algorithm>
#include <chrono>

namespace tailrace {
namespace {

constexpr int kPatience = 5000;
constexpr Offset kCareful = 32;
constexpr int kBatchesInARow = 1000;  // then what was found is told, and the rest is found later

using Kind = Probed::Kind;

bool silent(const Probed& probed) { return probed.kind == Kind::unavailable || probed.kind == Kind::no_partition; }

// One batch, or what can't be read of which nobody says where it begins, from a place in it on.
class BadBatch {
 public:
  // `answered_ms`: how long it took to hear that it is bad.
  BadBatch(Offset place, const Probed& bad, int answered_ms, const LookFrom& look)
      : place_(place), bad_(bad), patience_(std::clamp(8 * answered_ms, 1000, kPatience)), look_(look) {}

  // The first offset behind it; nullopt without an answer. Away from the place in growing steps, then, once that led out
  // of the batch, into the middle. Where nobody names the batch a step may lead into another one: the first are small.
  std::optional<Offset> end(Offset stable) const {
    Offset inside = place_;
    Offset outside = std::max(stable, place_ + 1);
    const Offset careful = bad_.offset == kUnknown ? place_ + kCareful : place_;
    for (Offset step = 1; outside - inside > 1; step = inside < careful ? 1 : 2 * step) {
      const Offset offset = inside + std::min(step, (outside - inside) / 2);
      const auto has = holds(offset);
      if (!has) return std::nullopt;
      (*has ? inside : outside) = offset;
    }
    return outside;
  }

 private:
  std::optional<bool> holds(Offset offset) const {
    const Probed probed = look_(offset, bad_.silent_inside ? patience_ : kPatience);
    if (!silent(probed)) return probed.kind == Kind::undecodable && probed.offset == bad_.offset;
    // Silence means that it is inside, if Kafka does answer at the place that is known to be bad.
    if (!bad_.silent_inside || look_(place_, kPatience).kind != Kind::undecodable) return std::nullopt;
    return true;
  }

  const Offset place_;
  const Probed bad_;
  const int patience_;
  const LookFrom& look_;
};

}  // namespace

std::optional<Undecodable> find_undecodable(Offset next, Offset stable, const LookFrom& look) {
  std::optional<Offset> from;
  Offset to = next;
  for (int i = 0; i < kBatchesInARow; ++i) {
    const auto began = std::chrono::steady_clock::now();
    const Probed probed = look(to, kPatience);
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
    if (silent(probed)) return std::nullopt;
    if (probed.kind != Kind::undecodable) break;
    const auto end = BadBatch(to, probed, static_cast<int>(took.count()), look).end(stable);
    if (!end) return std::nullopt;
    const bool hole_before = probed.offset > to && probed.offset < *end;
    if (!from) from = hole_before ? probed.offset : to;
    to = *end;
    if (to >= stable) break;
  }
  return Undecodable{from.value_or(next), to};
}

}  // namespace tailrace
