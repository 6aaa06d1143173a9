// How far back a warm start reads: no further than the logs can hold.
#pragma once

#include "kafka/settings.h"
#include "log/offset.h"

#include <string>
#include <vector>

namespace tailrace {

struct WarmRange {
  const std::string* topic = nullptr;
  Partition partition = 0;
  Offset start = 0;
  Offset live = 0;
};

// Where the ranges together hold more than `bytes`, every one loses the same share of its records, the oldest. What a
// record weighs is read from a few of each topic. Blocking, for a few seconds at most.
void fit_in_memory(std::vector<WarmRange>& ranges, std::size_t bytes, const KafkaSettings& settings);

}  // namespace tailrace
