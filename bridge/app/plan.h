// From settings to what each floor wants to know: pure conversions, and the shares of the one memory budget.
#pragma once

#include "config/settings.h"
#include "kafka/channel_spec.h"
#include "kafka/ingest_limits.h"
#include "kafka/settings.h"
#include "net/listener.h"
#include "net/origin.h"
#include "shard/shard_pool.h"

#include <set>

namespace tailrace {

std::string log_level(const Settings& settings);
KafkaSettings kafka_settings(const Settings& settings);
std::vector<ChannelSpec> channel_specs(const Settings& settings);
std::set<std::string> expected_channels(const Settings& settings);  // those that a name alone makes
IngestLimits ingest_limits(const Settings& settings);
ShardPoolOptions pool_options(const Settings& settings);
ConnectionLimits connection_limits(const Settings& settings);
HttpLimits http_limits(const Settings& settings);
OriginRules origin_rules(const Settings& settings);
std::string base_path(const Settings& settings);

}  // namespace tailrace
