#include "kafka/poller.h"

#include "base/clock.h"

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
constexpr Millis kCheckInterval = 3000;

Properties poller_properties(const KafkaSettings& settings) {
  Properties properties = Handle::consumer_properties(settings);
  // Only bytes bound the prefetch, librdkafka's 64 MB of all partitions together, for they share a queue: at a bound, before
  // 2.2 it looks again only after a second.
  properties.insert(properties.end(), {{"queued.min.messages", "10000000"}});
  return properties;
}

}  // namespace

Poller::Poller(const KafkaSettings& settings, std::vector<ChannelSpec> specs, KeepLimits keep,
               Inbox<Sighting>& sightings, Feed& feed, IngestProbe& probe, Helpers helpers)
    : specs_(std::move(specs)),
      sightings_(sightings),
      feed_(feed),
      probe_(probe),
      helpers_(std::move(helpers)),
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
    now_ = steady_millis();
    flush();
    tell_numbers();
    trim();
    check();
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
  Reading& reading = *static_cast<Reading*>(rd_kafka_topic_opaque(message.rkt));
  touched_.insert(&reading);
  if (!reading.take(message, record_)) return;
  probe_.read(message.len + message.key_len, record_.timestamp);
}

void Poller::flush() {
  const bool with_coverage = now_ >= next_coverage_;
  if (with_coverage) {
    next_coverage_ = now_ + kCoverageInterval;
    touched_.merge(holes_);
    holes_.clear();
  }
  for (Reading* reading : touched_) {
    if (reading->source().flush(with_coverage)) holes_.insert(reading);
    if (reading->uneasy()) uneasy_.insert(reading);
    change(*reading);
  }
  moved_.merge(touched_);
  touched_.clear();
}

void Poller::tell_numbers() {
  if (now_ < next_numbers_) return;
  next_numbers_ = now_ + kNumbersInterval;
  for (Reading* reading : std::exchange(changed_, {})) tell_numbers(*reading);
}

void Poller::tell_numbers(Reading& reading) {
  const bool lively = reading.tally().meter.tick();
  const std::int64_t lag = reading.tally().lag;
  publish(reading.numbers());
  probe_.lag.fetch_add(reading.tally().lag - lag, std::memory_order_relaxed);
  if (reading.tally().lag > 0) reading.unstick(now_);
  if (reading.uneasy()) uneasy_.insert(&reading);
  if (lively || reading.tally().lag > 0) change(reading);  // until it is quiet
}

// All in turn, in half a minute: a topic that does not move may be another one by now. Those before come first.
void Poller::check_some() {
  constexpr std::size_t kRounds = 10;
  if (std::ranges::any_of(quiet_, &Reading::asked)) return;
  quiet_.clear();
  auto next = readings_.upper_bound(checked_up_to_);
  for (std::size_t some = (readings_.size() + kRounds - 1) / kRounds; some > 0; --some) {
    if (next == readings_.end()) next = readings_.begin();
    quiet_.push_back(next->second.get());
    uneasy_.insert(next->second.get());
    checked_up_to_ = (next++)->first;
  }
}

void Poller::check() {
  const bool routine = now_ >= next_check_;
  if (routine) {
    next_check_ = now_ + kCheckInterval;
    uneasy_.merge(moved_);
    moved_.clear();
    check_some();
  }
  for (Reading* reading : std::exchange(uneasy_, {})) {
    if (auto request = reading->ask(now_, routine)) helpers_.check(*std::move(request));
    if (reading->uneasy()) uneasy_.insert(reading);
  }
}

void Poller::trim() {
  for (LogTrimmed& trimmed : keeper_.due(now_)) feed_.publish(std::move(trimmed));
  probe_.oldest_kept.store(keeper_.oldest(), std::memory_order_relaxed);
}

void Poller::publish(FeedEvent event) {
  if (const auto* appended = std::get_if<LogAppended>(&event))
    keeper_.appended(appended->channel, appended->batch->bytes(), appended->batch->marks.size(), now_);
  else if (const auto* opened = std::get_if<LogOpened>(&event))
    keeper_.opened(opened->channel->id);
  else if (const auto* reset = std::get_if<LogReset>(&event))
    keeper_.opened(reset->channel);
  else if (const auto* closed = std::get_if<LogClosed>(&event))
    keeper_.closed(closed->channel->id);
  feed_.publish(std::move(event));
}

}  // namespace tailrace
