#include "kafka/fetcher.h"

#include "kafka/offsets_query.h"
#include "kafka/partitions_query.h"

namespace tailrace {
namespace {

constexpr int kQueueBackoffVersion = 0x020200ff;  // knows fetch.queue.backoff.ms

Properties properties(const KafkaSettings& settings, const FetchSizes& sizes) {
  Properties properties = Handle::consumer_properties(settings);
  properties.insert(properties.end(), {{"fetch.message.max.bytes", std::to_string(sizes.fetch_bytes)},
                                       {"queued.max.messages.kbytes", std::to_string(sizes.queue_kilobytes)},
                                       {"queued.min.messages", "10000000"},
                                       {"fetch.wait.max.ms", "2"},  // it reads what is there; ends are not waited at
                                       {"fetch.error.backoff.ms", "10"},
                                       {"statistics.interval.ms", std::to_string(sizes.statistics_ms)}});
  if (rd_kafka_version() >= kQueueBackoffVersion) properties.emplace_back("fetch.queue.backoff.ms", "2");
  return properties;
}

}  // namespace

Fetcher::Fetcher(const KafkaSettings& settings, const FetchSizes& sizes)
    : handle_(settings, RD_KAFKA_CONSUMER, properties(settings, sizes)),
      queue_(rd_kafka_queue_new(handle_.get())) {}

// librdkafka up to 2.0 waits for itself for ever when it is destroyed while an answer "out of range" arrives, as happens
// behind what it could not read. A broker answers in order: what was under way is over when it has answered once more.
Fetcher::~Fetcher() {
  constexpr int kPatience = 1000;
  forget_stopped();
  std::vector<OffsetQuestion> questions;
  for (const Stopped& stopped : stopped_) questions.push_back({&stopped.topic, stopped.partition});
  if (!questions.empty()) (void)ask_offsets(handle_, questions, kEarliest, kPatience);
}

void Fetcher::forget_stopped() {
  constexpr std::chrono::seconds kUnderWay{1};
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(stopped_, [&](const Stopped& stopped) { return now - stopped.at > kUnderWay; });
}

rd_kafka_topic_t* Fetcher::topic(const std::string& name) {
  TopicPtr& topic = topics_[name];
  if (!topic) topic.reset(rd_kafka_topic_new(handle_.get(), name.c_str(), nullptr));
  return topic.get();
}

void Fetcher::start(const std::string& name, Partition partition, Offset offset) {
  rd_kafka_consume_start_queue(topic(name), partition, offset, queue_.get());
}

void Fetcher::stop(const std::string& name, Partition partition) {
  rd_kafka_consume_stop(topic(name), partition);
  forget_stopped();
  std::erase_if(stopped_, [&](const Stopped& other) { return other.partition == partition && other.topic == name; });
  stopped_.push_back({name, partition, std::chrono::steady_clock::now()});
}

MessagePtr Fetcher::poll(int timeout_ms) {
  handle_.serve();
  return MessagePtr(rd_kafka_consume_queue(queue_.get(), timeout_ms));
}

std::size_t Fetcher::poll_many(rd_kafka_message_t** messages, std::size_t size) {
  const auto count = rd_kafka_consume_batch_queue(queue_.get(), 0, messages, size);
  return count < 0 ? 0 : static_cast<std::size_t>(count);
}

// Any request to the leader makes the library look; the answer itself is not waited for.
void Fetcher::nudge(const std::string& name, Partition partition) {
  if (rd_kafka_version() >= kQueueBackoffVersion) return;
  const TopicPartitionsPtr list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), name.c_str(), partition)->offset = RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_offsets_for_times(handle_.get(), list.get(), 0);
}

Result<std::vector<std::int32_t>> Fetcher::partitions(const std::string& name) {
  constexpr int kPatience = 2000;
  return ask_partitions(handle_, topic(name), kPatience);
}

}  // namespace tailrace
