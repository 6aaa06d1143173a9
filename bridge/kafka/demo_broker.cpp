#include "kafka/demo_broker.h"

#include "base/error.h"

namespace tailrace {
namespace {

// "127.0.0.1:41234" or the first of several.
boost::asio::ip::tcp::endpoint first_endpoint(const std::string& bootstraps) {
  const auto colon = bootstraps.find(':');
  const int port = std::stoi(bootstraps.substr(colon + 1));
  return {boost::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)};
}

}  // namespace

DemoBroker::DemoBroker(std::uint16_t port, int brokers)
    : handle_(KafkaSettings{}, RD_KAFKA_PRODUCER, {}),
      cluster_(rd_kafka_mock_cluster_new(handle_.get(), brokers)),
      forwarder_(port, first_endpoint(rd_kafka_mock_cluster_bootstraps(cluster_.get()))) {}

DemoBroker::~DemoBroker() = default;

void DemoBroker::create_topic(const std::string& name, int partitions) {
  if (const auto error = rd_kafka_mock_topic_create(cluster_.get(), name.c_str(), partitions, 1))
    throw StartError("demo broker: topic " + name + ": " + rd_kafka_err2str(error));
}

KafkaSettings DemoBroker::settings() const { return {.brokers = address(), .properties = {}, .fetch_wait_ms = 1}; }

}  // namespace tailrace
