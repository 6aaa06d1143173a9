// What bounds the reading and the logs' share of memory.
#pragma once

#include "log/offset.h"

#include <cstddef>
#include <cstdint>

namespace tailrace {

struct IngestLimits {
  Millis warm = 0;  // how far back the reading begins
  std::size_t log_bytes = 256 << 20;
  std::uint64_t log_records = 0;  // per channel; 0 is no limit
  Millis log_age = 0;             // 0 is no limit
};

}  // namespace tailrace
