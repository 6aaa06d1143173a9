#include "kafka/poller.h"

#include "kafka/clock.h"
#include "kafka/message.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace tailrace {
namespace {

constexpr int kWait = 50;  // milliseconds; also how late a sighting may be heeded
constexpr std::size_t kDrain = 1024;
constexpr int kDrains = 16;  // before what was drained goes out
constexpr Millis kCoverageInterval = 2000;
constexpr Millis kNumbersInterval = 1000;

Properties poller_properties(const KafkaSettings& settings) {
  Properties properties = Handle::consumer_properties(settings);
  // Only bytes bound the prefetch: at a bound, librdkafka before 2.2 looks again only after a second.
  properties.insert(properties.end(), {{"queued.min.messages", "10000000"}});
  return properties;
}

}  // namespace

Poller::Topic::Topic(Poller& poller, const std::string& name, ChannelPtr channel)
    : source(std::move(channel), poller.writer_, poller.probe_,
             [&poller](FeedEvent event) { poller.publish(std::move(event)); }) {
  rd_kafka_topic_conf_t* conf = rd_kafka_default_topic_conf_dup(poller.handle_.get());
  rd_kafka_topic_conf_set_opaque(conf, this);
  handle.reset(rd_kafka_topic_new(poller.handle_.get(), name.c_str(), conf));
}

Poller::Poller(const KafkaSettings& settings, std::vector<ChannelSpec> specs, KeepLimits keep,
               Inbox<Sighting>& sightings, Feed& feed, IngestProbe& probe)
    : specs_(std::move(specs)),
      sightings_(sightings),
      feed_(feed),
      probe_(probe),
      handle_(settings, RD_KAFKA_CONSUMER, poller_properties(settings)),
      queue_(rd_kafka_queue_new(handle_.get())),
      drained_(kDrain),
      keeper_(keep) {}

void Poller::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (const MessagePtr message{rd_kafka_consume_queue(queue_.get(), kWait)}) {
      take(*message);
      drain();
    }
    now_ = unix_millis();
    flush();
    tell_numbers();
    trim();
    handle_.serve();
    for (const Sighting& sighting : sightings_.drain()) heed(sighting);
  }
}

void Poller::drain() {
  for (int i = 0; i < kDrains; ++i) {
    const auto count = rd_kafka_consume_batch_queue(queue_.get(), 0, drained_.data(), drained_.size());
    for (ssize_t k = 0; k < count; ++k) take(*MessagePtr(drained_[k]));
    if (count < static_cast<ssize_t>(kDrain)) return;
  }
}

void Poller::take(const rd_kafka_message_t& message) {
  if (!message.rkt) return;  // of no topic: the scout notices what is wrong with Kafka as a whole
  Topic& topic = *static_cast<Topic*>(rd_kafka_topic_opaque(message.rkt));
  if (message.err) return take_error(topic, message);
  read_record(message, record_);
  topic.source.take(message.partition, record_);
  touched_.insert(&topic.source);
  topic.tally.meter.add(1);
  change(topic);
  probe_.read(message.len + message.key_len, record_.timestamp);
}

void Poller::take_error(Topic& topic, const rd_kafka_message_t& message) {
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    topic.source.end(message.partition, message.offset);
    touched_.insert(&topic.source);
  } else {
    spdlog::warn("{} [{}]: {}", rd_kafka_topic_name(message.rkt), message.partition, rd_kafka_message_errstr(&message));
  }
}

void Poller::flush() {
  const bool with_coverage = now_ >= next_coverage_;
  if (with_coverage) {
    next_coverage_ = now_ + kCoverageInterval;
    touched_.merge(holes_);
    holes_.clear();
  }
  for (Source* source : touched_)
    if (source->flush(with_coverage)) holes_.insert(source);
  touched_.clear();
}

void Poller::change(Topic& topic) {
  if (!std::exchange(topic.changed, true)) changed_.push_back(&topic);
}

void Poller::tell_numbers() {
  if (now_ < next_numbers_) return;
  next_numbers_ = now_ + kNumbersInterval;
  std::int64_t lag = probe_.lag.load(std::memory_order_relaxed);
  for (Topic* topic : std::exchange(changed_, {})) {
    topic->changed = false;
    if (topic->tally.meter.tick()) change(*topic);  // until it is quiet
    lag -= topic->tally.lag;
    publish(numbers_of(*topic));
    lag += topic->tally.lag;
  }
  probe_.lag.store(lag, std::memory_order_relaxed);
}

ChannelNumbers Poller::numbers_of(Topic& topic) {
  Tally& tally = topic.tally;
  ChannelNumbers numbers{topic.source.channel()->id, tally.earliest, tally.stable, tally.meter.rate()};
  numbers.earliest.resize(topic.source.partitions(), kUnknown);
  numbers.latest.resize(topic.source.partitions(), kUnknown);
  tally.lag = 0;
  for (std::size_t i = 0; i < numbers.latest.size(); ++i) {
    const Offset next = topic.source.next(static_cast<Partition>(i));
    if (next != kUnknown && numbers.latest[i] > next) tally.lag += numbers.latest[i] - next;
    numbers.latest[i] = std::max(numbers.latest[i], next);
  }
  return numbers;
}

void Poller::trim() {
  for (LogTrimmed& trimmed : keeper_.due(now_)) feed_.publish(std::move(trimmed));
}

void Poller::publish(FeedEvent event) {
  if (const auto* appended = std::get_if<LogAppended>(&event))
    keeper_.appended(appended->channel, appended->batch->bytes(), appended->batch->marks.size(), now_);
  else if (const auto* opened = std::get_if<LogOpened>(&event))
    keeper_.opened(opened->channel->id);
  else if (const auto* reset = std::get_if<LogReset>(&event))
    keeper_.opened(reset->channel);
  else if (const auto* closed = std::get_if<LogClosed>(&event))
    keeper_.closed(closed->channel);
  feed_.publish(std::move(event));
}

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
  Topic& topic = begin_topic(seen.spec, seen.topic, seen.cluster);
  topic.source.open(seen.start, seen.live);
  for (std::size_t i = 0; i < seen.start.size(); ++i) consume(topic, static_cast<Partition>(i), seen.start[i]);
}

void Poller::on(const PartitionsSeen& seen) {
  Topic& topic = *topics_.at(seen.topic);
  for (const auto& [partition, start] : seen.starts) {
    topic.source.start(partition, start);
    consume(topic, partition, start);
  }
}

void Poller::on(const TopicRefused& seen) {
  spdlog::error("topic {}: {}", seen.topic, seen.why);
  Topic& topic = begin_topic(seen.spec, seen.topic, seen.cluster);
  topic.source.open({}, {});
  publish(LogClosed{topic.source.channel()->id, "topic_unavailable"});
}

void Poller::on(const WatermarksSeen& seen) {
  const auto found = topics_.find(seen.topic);
  if (found == topics_.end()) return;
  found->second->tally.earliest = seen.earliest;
  found->second->tally.stable = seen.stable;
  change(*found->second);
}

void Poller::on(const TransactionSeen& seen) {
  const auto found = topics_.find(seen.topic);
  if (found == topics_.end()) return;
  publish(TransactionStatus{found->second->source.channel()->id, seen.partition, seen.held, seen.stable, seen.since});
}

Poller::Topic& Poller::begin_topic(std::size_t spec, const std::string& name, const std::string& cluster) {
  auto& topic = topics_[name];
  if (topic) return *topic;
  auto channel = std::make_shared<Channel>();
  channel->id = next_id_++;
  channel->name = channel_name(specs_[spec], name);
  channel->topic = name;
  channel->epoch = channel_epoch(cluster, name, specs_[spec].definition);
  channel->mode = specs_[spec].mode;
  channel->max_value = specs_[spec].max_value;
  topic = std::make_unique<Topic>(*this, name, std::move(channel));
  return *topic;
}

void Poller::consume(Topic& topic, Partition partition, Offset start) {
  if (start == kUnknown) return;
  rd_kafka_consume_start_queue(topic.handle.get(), partition, start, queue_.get());
}

}  // namespace tailrace
