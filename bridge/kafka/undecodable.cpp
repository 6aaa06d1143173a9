#include "kafka/undecodable.h"

#include <algorithm>
#include <chrono>

namespace tailrace {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kPatience = 5000;
constexpr Offset kCareful = 32;
constexpr std::chrono::seconds kEnough{5};  // then what was found is told, and the rest is found later

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
    // What stands farther on stands before another batch.
    if (!silent(probed))
      return probed.kind == Kind::undecodable && probed.offset == bad_.offset && probed.standing <= offset;
    // Silence means that it is inside, if Kafka does answer at the place that is known to be bad.
    if (!bad_.silent_inside || look_(place_, kPatience).kind != Kind::undecodable) return std::nullopt;
    return true;
  }

  const Offset place_;
  const Probed bad_;
  const int patience_;
  const LookFrom& look_;
};

std::optional<Undecodable> known(std::optional<Offset> from, Offset to) {
  return from ? std::optional(Undecodable{*from, to}) : std::nullopt;
}

}  // namespace

std::optional<Undecodable> find_undecodable(Offset next, Offset stable, const LookFrom& look) {
  std::optional<Offset> from;
  Offset to = next;
  const auto deadline = Clock::now() + kEnough;
  do {
    const auto began = Clock::now();
    const Probed probed = look(to, kPatience);
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began);
    if (silent(probed)) return known(from, to);
    const Offset place = std::max(to, std::min(probed.standing, stable));  // what lies before it holds no record
    if (probed.kind != Kind::undecodable || (from && place > to)) break;
    if (place == stable) return Undecodable{stable, stable};
    const auto end = BadBatch(place, probed, static_cast<int>(took.count()), look).end(stable);
    if (!end) return known(from, to);
    const bool hole_before = probed.offset > place && probed.offset < *end;
    if (!from) from = hole_before ? probed.offset : place;
    to = *end;
  } while (to < stable && Clock::now() < deadline);
  return Undecodable{from.value_or(next), to};
}

}  // namespace tailrace
