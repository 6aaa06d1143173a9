// A Kafka broker inside the process, for the demo and for tests: librdkafka's mock cluster, which speaks real TCP but binds
// random ports, with a forwarder that gives it a fixed one. What it tells clients of itself is the random port; both are
// this host's. It keeps 5 MiB or 100,000 records per partition, knows no times, no transactions, no compaction.
#pragma once

#include "kafka/forwarder.h"
#include "kafka/handle.h"

#include <librdkafka/rdkafka_mock.h>

#include <memory>
#include <string>

namespace tailrace {

class DemoBroker {
 public:
  // Port 0 takes a free one. Throws StartError, and std::system_error where the port can't be had.
  explicit DemoBroker(std::uint16_t port, int brokers = 1);
  ~DemoBroker();

  void create_topic(const std::string& name, int partitions);

  std::string address() const { return "127.0.0.1:" + std::to_string(forwarder_.port()); }
  rd_kafka_mock_cluster_t* cluster() { return cluster_.get(); }  // tests make it fail

  // For handles that read from it: it holds an idle fetch for all of its wait.
  KafkaSettings settings() const;

 private:
  Handle handle_;
  std::unique_ptr<rd_kafka_mock_cluster_t, Destroyer<rd_kafka_mock_cluster_destroy>> cluster_;
  Forwarder forwarder_;
};

}  // namespace tailrace
