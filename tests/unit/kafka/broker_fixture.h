// A broker of the test's own, and a producer to it.
#pragma once

#include "kafka/demo_broker.h"
#include "kafka/producer.h"

#include <gtest/gtest.h>

#include <string>

namespace tailrace {

class BrokerFixture : public ::testing::Test {
 protected:
  void produce(const std::string& topic, Partition partition, int count, const std::string& value = R"({"n":1})") {
    Producer producer(broker_.settings());
    for (int i = 0; i < count; ++i) {
      const auto refused = producer.send({.topic = topic, .key = "k", .value = value, .headers = {}, .partition = partition});
      ASSERT_FALSE(refused) << *refused;
    }
    ASSERT_TRUE(producer.flush(60'000));
    ASSERT_EQ(producer.delivered(), static_cast<std::uint64_t>(count)) << producer.trouble();
  }

  DemoBroker broker_{0};
};

}  // namespace tailrace
