// What bounds the reading.
#pragma once

#include "log/log_keeper.h"
#include "log/offset.h"

namespace tailrace {

struct IngestLimits {
  Millis warm = 0;  // how far back the reading begins; 0 is the last stable offset
  KeepLimits keep;  // the logs' share of memory
};

}  // namespace tailrace
