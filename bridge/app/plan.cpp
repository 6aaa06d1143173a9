#include "app/plan.h"

namespace tailrace {

namespace {

// One budget: half for the logs, a quarter for pages, an eighth each for what is on its way to the shards and for what
// blocked sockets hold.
std::size_t logs_share(const Settings& settings) { return settings.memory / 2; }
std::size_t pages_share(const Settings& settings) { return settings.memory / 4; }
std::size_t per_shard_share(const Settings& settings) { return settings.memory / 8 / settings.shards; }

}  // namespace

std::string log_level(const Settings& settings) {
  constexpr const char* kLevels[] = {"trace", "debug", "info", "warning", "error"};
  return kLevels[static_cast<int>(settings.logger.level)];
}

KafkaSettings kafka_settings(const Settings& settings) {
  KafkaSettings kafka;
  for (const std::string& broker : settings.brokers) kafka.brokers += (kafka.brokers.empty() ? "" : ",") + broker;
  kafka.properties.assign(settings.kafka.begin(), settings.kafka.end());
  return kafka;
}

std::vector<ChannelSpec> channel_specs(const Settings& settings) {
  std::vector<ChannelSpec> specs;
  for (const ChannelRule& rule : settings.channels)
    specs.push_back({rule.name, rule.topic, rule.value, rule.max_value, channel_definition(rule)});
  return specs;
}

std::set<std::string> expected_channels(const Settings& settings) {
  std::set<std::string> names;
  for (const ChannelSpec& spec : channel_specs(settings))
    if (!spec.is_pattern()) names.insert(channel_name(spec, spec.topic));
  return names;
}

IngestLimits ingest_limits(const Settings& settings) {
  IngestLimits limits;
  limits.warm = settings.warm.count();
  limits.keep.bytes = logs_share(settings);
  if (settings.hot.age.count() > 0) limits.keep.age = settings.hot.age.count();
  if (settings.hot.records > 0) limits.keep.records = settings.hot.records;
  return limits;
}

ShardPoolOptions pool_options(const Settings& settings) {
  ShardPoolOptions options;
  options.shards = settings.shards;
  options.page_bytes = pages_share(settings);
  options.shard.heartbeat = settings.heartbeat.count();
  options.shard.stall_timeout = settings.stall_timeout.count();
  options.shard.inbox_bytes = per_shard_share(settings);
  options.shard.pinned_bytes = per_shard_share(settings);
  options.shard.limits.message_bytes = settings.limits.message_bytes;
  options.shard.limits.subscriptions = settings.limits.subscriptions;
  options.shard.limits.message_burst = settings.limits.message_burst;
  options.shard.limits.messages_per_second = settings.limits.message_rate;
  return options;
}

ConnectionLimits connection_limits(const Settings& settings) {
  return {settings.limits.connections, settings.limits.connections_per_address};
}

HttpLimits http_limits(const Settings& settings) {
  HttpLimits limits;
  limits.header_time = settings.limits.handshake_timeout;
  limits.header_bytes = settings.limits.header_bytes;
  return limits;
}

OriginRules origin_rules(const Settings& settings) {
  return {settings.public_url.empty() ? "" : origin_of(settings.public_url), settings.origins,
          settings.listen.is_loopback() && !settings.listen.is_unix()};
}

std::string base_path(const Settings& settings) {
  const auto host = settings.public_url.find("://");
  const auto path = host == std::string::npos ? host : settings.public_url.find('/', host + 3);
  return path == std::string::npos ? "" : settings.public_url.substr(path);
}

}  // namespace tailrace
