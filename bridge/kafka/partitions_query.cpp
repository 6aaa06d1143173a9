#include "kafka/partitions_query.h"

namespace tailrace {

Result<std::vector<std::int32_t>> ask_partitions(Handle& handle, rd_kafka_topic_t* topic, int timeout_ms) {
  const struct rd_kafka_metadata* raw = nullptr;
  if (const auto error = rd_kafka_metadata(handle.get(), 0, topic, &raw, timeout_ms))
    return Error{"unavailable", rd_kafka_err2str(error)};
  const MetadataPtr metadata(raw);
  if (metadata->topic_cnt != 1) return Error{"unavailable", "no answer about the topic"};
  const rd_kafka_metadata_topic& seen = metadata->topics[0];
  if (seen.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return std::vector<std::int32_t>();
  if (seen.err) return Error{"unavailable", rd_kafka_err2str(seen.err)};
  std::vector<std::int32_t> leaders(seen.partition_cnt, kNoLeader);
  for (int i = 0; i < seen.partition_cnt; ++i)
    if (seen.partitions[i].id < seen.partition_cnt) leaders[seen.partitions[i].id] = seen.partitions[i].leader;
  return leaders;
}

}  // namespace tailrace
