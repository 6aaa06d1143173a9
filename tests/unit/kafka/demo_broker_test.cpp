#include "base/error.h"
#include "kafka/broker_fixture.h"
#include "kafka/probe.h"

#include <gmock/gmock.h>

namespace tailrace {
namespace {

class DemoBrokerTest : public BrokerFixture {
 protected:
  std::atomic<bool> stopping_ = false;
};

TEST_F(DemoBrokerTest, a_port_that_is_taken_is_said_so) {
  const std::string address = broker_.address();
  const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(address.find(':') + 1)));
  try {
    const DemoBroker second(port);
    FAIL() << "started twice on " << address;
  } catch (const std::system_error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr(address + ": Address already in use"));
  }
}

TEST_F(DemoBrokerTest, a_record_keeps_the_time_it_was_given) {
  broker_.create_topic("a", 1);
  Producer producer(broker_.settings());
  producer.send({.topic = "a", .key = {}, .value = "old", .headers = {}, .partition = 0, .timestamp = 1'600'000'000'000});
  ASSERT_TRUE(producer.flush(60'000));
  Probe probe(broker_.settings(), stopping_);
  const Probed probed = probe.look("a", {0, 0, 1}, 60'000);
  ASSERT_EQ(probed.kind, Probed::Kind::record);
  EXPECT_EQ(probed.timestamp, 1'600'000'000'000);
}

TEST_F(DemoBrokerTest, a_record_that_is_refused_is_counted_with_the_reason) {
  broker_.create_topic("a", 1);
  Producer producer(broker_.settings());
  constexpr int kProduce = 0;
  rd_kafka_mock_push_request_errors(broker_.cluster(), kProduce, 1, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  producer.send({.topic = "a", .key = {}, .value = "x", .headers = {}, .partition = 0});
  producer.flush(60'000);
  EXPECT_EQ(producer.delivered(), 0u);
  EXPECT_EQ(producer.failed(), 1u);
  EXPECT_THAT(producer.trouble(), ::testing::HasSubstr("authorization"));
}

TEST_F(DemoBrokerTest, a_probe_tells_what_stands_where) {
  broker_.create_topic("a", 2);
  produce("a", 0, 10);
  Probe probe(broker_.settings(), stopping_);
  const auto found = probe.look("a", {{0, 2, 5}, {1, 0, 1}}, 60'000);
  EXPECT_EQ(found[0].kind, Probed::Kind::record);
  EXPECT_EQ(found[0].offset, 4);
  EXPECT_EQ(found[1].kind, Probed::Kind::nothing);
  EXPECT_EQ(probe.look("a", {0, 3, 100, ProbeRange::Which::first}, 60'000).offset, 3);
  EXPECT_EQ(probe.look("a", {0, 50, 51}, 60'000).kind, Probed::Kind::out_of_range);
  EXPECT_EQ(probe.look("a", {9, 0, 1}, 60'000).kind, Probed::Kind::no_partition);
}

}  // namespace
}  // namespace tailrace
