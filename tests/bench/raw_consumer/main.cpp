// What librdkafka alone reads: all partitions of a topic from the beginning to the end, read_committed, checked, as the
// bridge reads, and nothing done with it. Prints one JSON object.
//
//   raw_consumer BROKERS TOPIC
#include <librdkafka/rdkafka.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "raw_consumer: %s\n", what);
  std::exit(1);
}

void set(rd_kafka_conf_t* conf, const char* key, const char* value) {
  char why[256];
  if (rd_kafka_conf_set(conf, key, value, why, sizeof why) != RD_KAFKA_CONF_OK) fail(why);
}

rd_kafka_t* make_consumer(const char* brokers) {
  auto* conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", brokers);
  set(conf, "isolation.level", "read_committed");
  set(conf, "enable.partition.eof", "true");
  set(conf, "check.crcs", "true");
  set(conf, "group.id", "raw_consumer");
  set(conf, "enable.auto.commit", "false");
  char why[256];
  auto* consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
  if (!consumer) fail(why);
  return consumer;
}

int partitions_of(rd_kafka_t* consumer, rd_kafka_topic_t* topic) {
  const struct rd_kafka_metadata* metadata = nullptr;
  if (rd_kafka_metadata(consumer, 0, topic, &metadata, 10'000) || metadata->topic_cnt != 1) fail("no metadata");
  const int count = metadata->topics[0].partition_cnt;
  rd_kafka_metadata_destroy(metadata);
  return count;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) fail("usage: raw_consumer BROKERS TOPIC");
  auto* consumer = make_consumer(argv[1]);
  auto* topic = rd_kafka_topic_new(consumer, argv[2], nullptr);
  const int partitions = partitions_of(consumer, topic);
  auto* queue = rd_kafka_queue_new(consumer);
  const auto start = std::chrono::steady_clock::now();
  for (int p = 0; p < partitions; ++p) rd_kafka_consume_start_queue(topic, p, RD_KAFKA_OFFSET_BEGINNING, queue);

  unsigned long long records = 0, bytes = 0;
  int ended = 0;
  std::vector<rd_kafka_message_t*> messages(1000);
  while (ended < partitions) {
    const auto got = rd_kafka_consume_batch_queue(queue, 100, messages.data(), messages.size());
    for (ssize_t i = 0; i < got; ++i) {
      if (messages[i]->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) ++ended;
      if (!messages[i]->err) ++records, bytes += messages[i]->len + messages[i]->key_len;
      rd_kafka_message_destroy(messages[i]);
    }
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::printf("{\"records\":%llu,\"bytes\":%llu,\"seconds\":%.3f}\n", records, bytes, seconds.count());
  std::fflush(stdout);
  std::_Exit(0);  // nothing of it needs an orderly end
}
