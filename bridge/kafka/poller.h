// The polling thread's work: waits for a message, drains what came with it, turns it into batches, publishes. Never
// blocks on Kafka. Owned by Ingest; everything but the constructor and destructor on the polling thread.
#pragma once

#include "base/inbox.h"
#include "kafka/channel_spec.h"
#include "kafka/handle.h"
#include "kafka/ingest_limits.h"
#include "kafka/ingest_probe.h"
#include "kafka/sighting.h"
#include "kafka/source.h"
#include "kafka/tally.h"

#include <map>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace tailrace {

class Poller {
 public:
  Poller(const KafkaSettings& settings, std::vector<ChannelSpec> specs, KeepLimits keep,
         Inbox<Sighting>& sightings, Feed& feed, IngestProbe& probe);

  void run(const std::stop_token& stop);

 private:
  // A topic that is being read. librdkafka hands its address back with every message.
  struct Topic {
    Topic(Poller& poller, const std::string& name, ChannelPtr channel);
    TopicPtr handle;
    Source source;
    Tally tally;
    bool changed = false;  // its numbers, since they were told
  };

  void drain();
  void take(const rd_kafka_message_t& message);
  void take_error(Topic& topic, const rd_kafka_message_t& message);
  void flush();
  void change(Topic& topic);
  void tell_numbers();
  ChannelNumbers numbers_of(Topic& topic);
  void trim();
  void publish(FeedEvent event);

  void heed(const Sighting& sighting);
  void on(const ReachableSeen& seen);
  void on(const TopicSeen& seen);
  void on(const PartitionsSeen& seen);
  void on(const TopicRefused& seen);
  void on(const WatermarksSeen& seen);
  void on(const TransactionSeen& seen);
  Topic& begin_topic(std::size_t spec, const std::string& name, const std::string& cluster);
  void consume(Topic& topic, Partition partition, Offset start);

  const std::vector<ChannelSpec> specs_;
  Inbox<Sighting>& sightings_;
  Feed& feed_;
  IngestProbe& probe_;
  UpdateWriter writer_;
  Record record_;
  Handle handle_;
  QueuePtr queue_;
  std::vector<rd_kafka_message_t*> drained_;
  std::map<std::string, std::unique_ptr<Topic>> topics_;
  std::set<Source*> touched_;     // since the last flush
  std::set<Source*> holes_;       // wait for the next coverage
  std::vector<Topic*> changed_;   // wait for the next telling of numbers
  LogKeeper keeper_;
  Millis now_ = 0;
  Millis next_coverage_ = 0;
  Millis next_numbers_ = 0;
  ChannelId next_id_ = 1;
};

}  // namespace tailrace
