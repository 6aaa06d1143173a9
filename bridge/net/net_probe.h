// What the listeners and connections count; any thread.
#pragma once

#include "base/labelled_counts.h"

#include <atomic>

namespace tailrace {

struct NetProbe {
  std::atomic<std::uint64_t> accepted{0};
  LabelledCounts refused;  // by why
  LabelledCounts closed;   // WebSockets, by close code
};

}  // namespace tailrace
