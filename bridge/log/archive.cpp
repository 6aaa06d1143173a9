#include "log/archive.h"

#include <algorithm>

namespace tailrace {

std::optional<std::uint32_t> fingerprint_in(const Page& page, Offset offset) {
  for (const BatchPtr& batch : page.batches) {
    const auto mark = std::lower_bound(batch->marks.begin(), batch->marks.end(), offset,
                                       [](const Mark& one, Offset wanted) { return one.offset < wanted; });
    if (mark != batch->marks.end() && mark->offset == offset) return mark->fingerprint;
  }
  return std::nullopt;
}

}  // namespace tailrace
