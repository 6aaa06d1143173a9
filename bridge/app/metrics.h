// The numbers an operator asks for, in Prometheus' words: read from the probes at each scrape, so that counting costs the
// hot path nothing but its plain stores. Any thread.
#pragma once

#include "kafka/archive_probe.h"
#include "kafka/ingest_probe.h"
#include "net/net_probe.h"
#include "shard/shard_pool.h"

#include <string>

namespace tailrace {

struct MetricSources {
  const IngestProbe& ingest;
  const ArchiveProbe& archive;
  const NetProbe& net;
  const ShardPool& pool;
  std::uint64_t memory_budget = 0;
  std::vector<Offset> cursor_lags;
};

std::string metrics_text(const MetricSources& sources);

}  // namespace tailrace
