// How the poller heeds what the scout and the verifier saw.
#include "kafka/poller.h"

#include <spdlog/spdlog.h>

namespace tailrace {

void Poller::heed(const Sighting& sighting) {
  std::visit([this](const auto& seen) { on(seen); }, sighting);
}

void Poller::on(const ReachableSeen& seen) {
  probe_.reachable = seen.reachable;
  if (seen.reachable)
    spdlog::info("kafka reachable");
  else
    spdlog::error("kafka not reachable: {}", seen.trouble);
  publish(KafkaStatus{seen.reachable, seen.since});
}

void Poller::on(const TopicSeen& seen) {
  Reading& reading = this->reading(seen.spec, seen.topic, seen.cluster);
  reading.begin(seen.start, seen.live);
  std::vector<std::pair<Partition, Offset>> starts;
  for (std::size_t i = 0; i < seen.start.size(); ++i) starts.emplace_back(static_cast<Partition>(i), seen.start[i]);
  if (auto request = reading.ask_roots(starts)) helpers_.learn(*std::move(request));
}

void Poller::on(const PartitionsSeen& seen) {
  Reading* reading = find(seen.topic);
  if (!reading) return;
  for (const auto& [partition, start] : seen.starts) reading->begin_partition(partition, start);
  if (auto request = reading->ask_roots(seen.starts)) helpers_.learn(*std::move(request));
}

void Poller::on(const TopicRefused& seen) {
  spdlog::error("topic {}: {}", seen.topic, seen.why);
  Reading& reading = this->reading(seen.spec, seen.topic, seen.cluster);
  reading.refuse();
}

void Poller::on(const WatermarksSeen& seen) {
  Reading* reading = find(seen.topic);
  if (!reading) return;
  reading->tally().earliest = seen.earliest;
  reading->tally().stable = seen.stable;
  change(*reading);
}

void Poller::on(const TransactionSeen& seen) {
  if (const Reading* reading = find(seen.topic))
    publish(TransactionStatus{reading->channel()->id, seen.partition, seen.held, seen.stable, seen.since});
}

void Poller::on(const SuspicionSeen& seen) {
  Reading* reading = find(seen.topic);
  if (!reading) return;
  reading->suspect(seen.why);
  uneasy_.insert(reading);
}

void Poller::on(const PresenceSeen& seen) {
  const Reading* reading = find(seen.topic);
  if (!reading) return;
  spdlog::warn("topic {}: {}", seen.topic, seen.present ? "there again" : "missing in Kafka");
  publish(TopicStatus{reading->channel()->id, seen.present, seen.since});
}

void Poller::on(const CheckAnswer& answer) {
  Reading* reading = find(answer.topic);
  if (!reading) return;
  if (reading->heed(answer)) helpers_.restarted(answer.topic, answer.partitions);
  touched_.insert(reading);
}

void Poller::on(const LearnAnswer& answer) {
  if (Reading* reading = find(answer.topic)) reading->heed(answer);
}

// librdkafka may still hand out a reading's address: it stays, and waits for its topic to come back.
void Poller::on(const SpecsChanged& changed) {
  specs_ = changed.specs;
  for (const std::string& topic : changed.removed)
    if (Reading* reading = find(topic)) reading->retire();
}

Reading* Poller::find(const std::string& topic) {
  const auto found = readings_.find(topic);
  return found == readings_.end() ? nullptr : found->second.get();
}

Reading& Poller::reading(std::size_t spec, const std::string& topic, const std::string& cluster) {
  auto& reading = readings_[topic];
  if (reading && !reading->retired()) return *reading;
  ChannelPtr channel = make_channel(specs_[spec], topic, cluster);
  if (reading)
    reading->return_as(std::move(channel));
  else
    reading = std::make_unique<Reading>(
        handle_.get(), queue_.get(), probe_,
        Source(std::move(channel), writer_, probe_, [this](FeedEvent event) { publish(std::move(event)); }));
  return *reading;
}

ChannelPtr Poller::make_channel(const ChannelSpec& spec, const std::string& topic, const std::string& cluster) {
  Channel channel;
  channel.id = next_id_++;
  channel.name = channel_name(spec, topic);
  channel.topic = topic;
  channel.epoch = channel_epoch(cluster, topic, spec.definition);
  channel.mode = spec.mode;
  channel.max_value = spec.max_value;
  return std::make_shared<const Channel>(std::move(channel));
}

}  // namespace tailrace
