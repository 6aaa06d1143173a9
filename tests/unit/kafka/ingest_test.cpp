#include "kafka/ingest.h"

#include "kafka/broker_fixture.h"
#include "kafka/recording_feed.h"

#include <gmock/gmock.h>

namespace tailrace {
namespace {

using ::testing::ElementsAre;
using Events = RecordingFeed::Events;

class IngestTest : public BrokerFixture {
 protected:
  void start(std::vector<ChannelSpec> specs) {
    ingest_ = std::make_unique<Ingest>(broker_.settings(), std::move(specs), IngestLimits{}, feed_, probe_);
    ingest_->start();
  }
  bool wait_for_opened(std::size_t count) {
    return feed_.wait([&](const Events& events) { return all<LogOpened>(events).size() >= count; });
  }
  bool wait_for_updates(std::size_t count, ChannelId channel = 1) {
    return feed_.wait([&](const Events& events) { return Chain(events, channel).updates.size() >= count; });
  }
  static ChannelSpec topic(const std::string& name) {
    ChannelSpec spec;
    spec.topic = name;
    return spec;
  }

  RecordingFeed feed_;
  IngestProbe probe_;
  std::unique_ptr<Ingest> ingest_;
};

TEST_F(IngestTest, begins_at_the_end_and_brings_what_comes_after) {
  broker_.create_topic("a", 2);
  produce("a", 0, 3);
  start({topic("a")});
  ASSERT_TRUE(wait_for_opened(1));
  const LogOpened opened = all<LogOpened>(feed_.events())[0];
  EXPECT_EQ(opened.channel->name, "a");
  EXPECT_THAT(opened.start, ElementsAre(3, 0));
  EXPECT_THAT(opened.live, ElementsAre(3, 0));
  produce("a", 0, 2);
  produce("a", 1, 1);
  ASSERT_TRUE(wait_for_updates(3));
  Chain chain(feed_.events());
  EXPECT_TRUE(chain.unbroken);
  EXPECT_THAT(chain.updates, ::testing::UnorderedElementsAre(std::pair(0, 3), std::pair(0, 4), std::pair(1, 0)));
  EXPECT_EQ(probe_.records, 3u);
}

TEST_F(IngestTest, publishes_updates_with_their_values_verbatim) {
  broker_.create_topic("a", 1);
  start({topic("a")});
  ASSERT_TRUE(wait_for_opened(1));
  produce("a", 0, 1, R"({"x": 1e400})");
  ASSERT_TRUE(wait_for_updates(1));
  const auto appended = all<LogAppended>(feed_.events());
  EXPECT_THAT(appended[0].batch->frame, ::testing::HasSubstr(R"("k":"k","v":{"x": 1e400})"));
}

TEST_F(IngestTest, a_thousand_records_are_few_batches_and_every_record_once) {
  broker_.create_topic("a", 1);
  start({topic("a")});
  ASSERT_TRUE(wait_for_opened(1));
  produce("a", 0, 5000);
  ASSERT_TRUE(wait_for_updates(5000));
  Chain chain(feed_.events());
  EXPECT_TRUE(chain.unbroken);
  ASSERT_EQ(chain.updates.size(), 5000u);
  for (int i = 0; i < 5000; ++i) ASSERT_EQ(chain.updates[i], std::pair(0, Offset{i}));
  for (const auto& appended : all<LogAppended>(feed_.events())) EXPECT_LE(appended.batch->frame.size(), 80u << 10);
}

TEST_F(IngestTest, a_topic_that_appears_later_is_new_as_a_whole) {
  broker_.create_topic("a", 1);
  broker_.create_topic("later", 2);  // the mock would make it by itself, but not while it denies that there is one
  rd_kafka_mock_topic_set_error(broker_.cluster(), "later", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  start({topic("a"), topic("later")});
  ASSERT_TRUE(wait_for_opened(2));
  const auto opened = all<LogOpened>(feed_.events());
  EXPECT_EQ(opened[1].channel->name, "later");
  EXPECT_TRUE(opened[1].start.empty());
  rd_kafka_mock_topic_set_error(broker_.cluster(), "later", RD_KAFKA_RESP_ERR_NO_ERROR);
  produce("later", 1, 4);
  ASSERT_TRUE(wait_for_updates(4, opened[1].channel->id));
  Chain chain(feed_.events(), opened[1].channel->id);
  EXPECT_TRUE(chain.unbroken);
  EXPECT_THAT(chain.updates, ElementsAre(std::pair(1, 0), std::pair(1, 1), std::pair(1, 2), std::pair(1, 3)));
  EXPECT_EQ(chain.next[0], 0);
}

TEST_F(IngestTest, a_pattern_makes_a_channel_per_topic_but_not_of_internal_ones) {
  broker_.create_topic("m-1", 1);
  broker_.create_topic("__m-2", 1);
  broker_.create_topic("other", 1);
  ChannelSpec spec = topic("^(__)?m-.*");
  spec.name = "view.{topic}";
  start({spec});
  ASSERT_TRUE(wait_for_opened(1));
  broker_.create_topic("m-3", 1);
  ASSERT_TRUE(wait_for_opened(2));
  std::vector<std::string> names;
  for (const LogOpened& opened : all<LogOpened>(feed_.events())) names.push_back(opened.channel->name);
  EXPECT_THAT(names, ElementsAre("view.m-1", "view.m-3"));
}

TEST_F(IngestTest, a_denied_topic_fails_alone) {
  broker_.create_topic("good", 1);
  broker_.create_topic("bad", 1);
  rd_kafka_mock_topic_set_error(broker_.cluster(), "bad", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  start({topic("good"), topic("bad")});
  ASSERT_TRUE(feed_.wait([](const Events& events) {
    return !all<LogClosed>(events).empty() && !all<LogOpened>(events).empty();
  }));
  EXPECT_EQ(all<LogClosed>(feed_.events())[0].channel->name, "bad");
  ASSERT_EQ(all<LogOpened>(feed_.events()).size(), 1u);
  EXPECT_EQ(all<LogOpened>(feed_.events())[0].channel->name, "good");
  EXPECT_EQ(all<LogClosed>(feed_.events())[0].code, "topic_unavailable");
  rd_kafka_mock_topic_set_error(broker_.cluster(), "bad", RD_KAFKA_RESP_ERR_NO_ERROR);
  EXPECT_TRUE(wait_for_opened(2)) << "it recovers when it may be read";
}

TEST_F(IngestTest, a_leaderless_partition_is_unknown_until_it_has_a_leader) {
  broker_.create_topic("a", 2);
  produce("a", 1, 2);
  rd_kafka_mock_partition_set_leader(broker_.cluster(), "a", 1, -1);
  start({topic("a")});
  ASSERT_TRUE(wait_for_opened(1));
  EXPECT_THAT(all<LogOpened>(feed_.events())[0].start, ElementsAre(0, kUnknown));
  rd_kafka_mock_partition_set_leader(broker_.cluster(), "a", 1, 1);
  ASSERT_TRUE(feed_.wait([](const Events& events) { return !all<PartitionStarted>(events).empty(); }));
  EXPECT_EQ(all<PartitionStarted>(feed_.events())[0].start, 2);
  produce("a", 1, 1);
  ASSERT_TRUE(wait_for_updates(1));
  EXPECT_TRUE(Chain(feed_.events()).unbroken);
}

TEST_F(IngestTest, tells_when_kafka_goes_and_comes) {
  broker_.create_topic("a", 1);
  start({topic("a")});
  ASSERT_TRUE(wait_for_opened(1));
  const auto status = [this](bool reachable, std::size_t count) {
    return feed_.wait([=](const Events& events) {
      const auto told = all<KafkaStatus>(events);
      return told.size() == count && told.back().reachable == reachable;
    });
  };
  ASSERT_TRUE(status(true, 1));
  rd_kafka_mock_broker_set_down(broker_.cluster(), -1);
  ASSERT_TRUE(status(false, 2));
  EXPECT_FALSE(probe_.reachable);
  rd_kafka_mock_broker_set_up(broker_.cluster(), -1);
  ASSERT_TRUE(status(true, 3));
  produce("a", 0, 1);
  EXPECT_TRUE(wait_for_updates(1));
}

TEST_F(IngestTest, tells_the_numbers_of_a_channel) {
  broker_.create_topic("a", 1);
  start({topic("a")});
  ASSERT_TRUE(wait_for_opened(1));
  produce("a", 0, 7);
  EXPECT_TRUE(feed_.wait([](const Events& events) {
    const auto numbers = all<ChannelNumbers>(events);
    return !numbers.empty() && numbers.back().earliest == Offsets{0} && numbers.back().latest == Offsets{7} &&
           numbers.back().rate > 0;
  }));
}

TEST_F(IngestTest, starts_and_stops_without_kafka) {
  KafkaSettings settings = broker_.settings();
  settings.brokers = "127.0.0.1:1";
  Ingest ingest(settings, {topic("a")}, IngestLimits{}, feed_, probe_);
  ingest.start();
  EXPECT_TRUE(feed_.wait([](const Events& events) { return !all<KafkaStatus>(events).empty(); }));
  EXPECT_FALSE(all<KafkaStatus>(feed_.events())[0].reachable);
}

}  // namespace
}  // namespace tailrace
