#include "kafka/undecodable.h"

#include <algorithm>

namespace tailrace {
namespace {

constexpr int kBatchesInARow = 1000;  // then what was found is told, and the rest is found later

bool silent(const Probed& probed) {
  return probed.kind == Probed::Kind::unavailable || probed.kind == Probed::Kind::no_partition;
}

// The first offset behind the batch that `inside` lies in and that is named `first`; nullopt without an answer.
std::optional<Offset> end_of_batch(Offset inside, Offset first, Offset stable, const LookFrom& look) {
  Offset outside = std::max(stable, inside + 1);
  for (Offset step = 1; outside - inside > 1; step *= 2) {
    // Away from `inside` in growing steps, then, once it was stepped out of the batch, into the middle.
    const Offset place = inside + std::min(step, (outside - inside) / 2);
    const Probed probed = look(place);
    if (silent(probed)) return std::nullopt;
    const bool same = probed.kind == Probed::Kind::undecodable && probed.offset == first;
    (same ? inside : outside) = place;
  }
  return outside;
}

}  // namespace

std::optional<Undecodable> find_undecodable(Offset next, Offset stable, const LookFrom& look) {
  std::optional<Offset> from;
  Offset to = next;
  for (int i = 0; i < kBatchesInARow; ++i) {
    const Probed probed = look(to);
    if (silent(probed)) return std::nullopt;
    if (probed.kind != Probed::Kind::undecodable) break;
    const auto end = end_of_batch(to, probed.offset, stable, look);
    if (!end) return std::nullopt;
    const bool hole_before = probed.offset > to && probed.offset < *end;
    if (!from) from = hole_before ? probed.offset : to;
    to = *end;
    if (to >= stable) break;
  }
  return Undecodable{from.value_or(next), to};
}

}  // namespace tailrace
