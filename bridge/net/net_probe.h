// What the listeners and connections count; any thread.
#pragma once

#include "base/labelled_counts.h"

#include <atomic>

namespace tailrace {

struct NetProbe {
  std::atomic<std::uint64_t> accepted{0};
  // By why, limits by their names.
  LabelledCounts refused{"connections", "connections_per_address", "handshake_timeout", "header_bytes", "target_bytes",
                         "bad_request", "host", "origin", "draining"};
  LabelledCounts closed{"1002", "1007", "1009", "1011", "4400", "4408", "4429", "other"};  // WebSockets, by close code
};

}  // namespace tailrace
