// The polling thread's work: waits for a message, drains what came with it, publishes what it made, heeds what the scout
// and the verifier saw. Never blocks on Kafka. Owned by Ingest; everything but the constructor and destructor on the
// polling thread.
#pragma once

#include "base/inbox.h"
#include "kafka/channel_spec.h"
#include "kafka/handle.h"
#include "kafka/ingest_probe.h"
#include "kafka/reading.h"
#include "kafka/sighting.h"
#include "log/log_keeper.h"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace tailrace {

class Poller {
 public:
  // Who looks closer. Called on the polling thread; the answers come back as sightings.
  struct Helpers {
    std::function<void(CheckRequest)> check;
    std::function<void(LearnRequest)> learn;
    std::function<void(const std::string& topic, std::size_t partitions)> restarted;  // the topic is another one now
  };

  Poller(const KafkaSettings& settings, std::vector<ChannelSpec> specs, KeepLimits keep, Inbox<Sighting>& sightings,
         Feed& feed, IngestProbe& probe, Helpers helpers);

  void run(const std::stop_token& stop);

 private:
  void drain();
  void take(const rd_kafka_message_t& message);
  void flush();
  void tell_numbers();
  void tell_numbers(Reading& reading);
  void change(Reading& reading) { changed_.insert(&reading); }
  void check();
  void check_some();
  void trim();
  void publish(FeedEvent event);

  void heed(const Sighting& sighting);
  void on(const ReachableSeen& seen);
  void on(const TopicSeen& seen);
  void on(const PartitionsSeen& seen);
  void on(const TopicRefused& seen);
  void on(const WatermarksSeen& seen);
  void on(const TransactionSeen& seen);
  void on(const SuspicionSeen& seen);
  void on(const PresenceSeen& seen);
  void on(const CheckAnswer& answer);
  void on(const LearnAnswer& answer);
  void on(const SpecsChanged& changed);
  void on(const AllSeen&) { publish(TopicsKnown{}); }
  Reading* find(const std::string& topic);
  Reading& reading(std::size_t spec, const std::string& topic, const std::string& cluster);
  ChannelPtr make_channel(const ChannelSpec& spec, const std::string& topic, const std::string& cluster);

  std::vector<ChannelSpec> specs_;
  Inbox<Sighting>& sightings_;
  Feed& feed_;
  IngestProbe& probe_;
  const Helpers helpers_;
  UpdateWriter writer_;
  Record record_;
  Handle handle_;
  QueuePtr queue_;
  std::vector<rd_kafka_message_t*> drained_;
  std::map<std::string, std::unique_ptr<Reading>> readings_;
  std::set<Reading*> touched_;  // since the last flush
  std::set<Reading*> holes_;    // wait for the next coverage
  std::set<Reading*> changed_;  // wait for the next telling of numbers
  std::set<Reading*> moved_;    // since they were checked
  std::set<Reading*> uneasy_;   // to be checked as soon as possible
  LogKeeper keeper_;
  Millis now_ = 0;  // by the steady clock, as all that follows
  Millis next_coverage_ = 0;
  Millis next_numbers_ = 0;
  Millis next_check_ = 0;
  std::string checked_up_to_;
  std::vector<Reading*> quiet_;  // checked in turn last
  ChannelId next_id_ = 1;
};

}  // namespace tailrace
