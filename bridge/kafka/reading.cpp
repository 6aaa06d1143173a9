#include "kafka/reading.h"

#include "kafka/message.h"
#include "kafka/trouble.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace tailrace {
namespace {

constexpr Millis kAskInterval = 1000;
constexpr Millis kTurn = 10'000;
// A slow link may need long for one large record: after what stands still one looks soon and then twice as late each time,
// and what can be read is started anew late.
constexpr Millis kLook = 5'000;
constexpr Millis kAnew = 30'000;
constexpr Millis kQuiet = 20'000;  // then it is looked at although it did not move

bool is_broken(const Verdict& verdict) {
  return verdict.kind == Verdict::Kind::broken || verdict.kind == Verdict::Kind::shorter;
}

}  // namespace

Reading::Reading(rd_kafka_t* kafka, rd_kafka_queue_t* queue, IngestProbe& probe, Source source)
    : queue_(queue), probe_(probe), source_(std::move(source)) {
  rd_kafka_topic_conf_t* conf = rd_kafka_default_topic_conf_dup(kafka);
  rd_kafka_topic_conf_set_opaque(conf, this);
  topic_.reset(rd_kafka_topic_new(kafka, channel()->topic.c_str(), conf));
}

void Reading::stop_all() {
  for (std::size_t i = 0; i < lanes_.size(); ++i) stop(static_cast<Partition>(i));
  lanes_.clear();
  ++generation_;
  suspected_ = troubled_ = asked_ = denied_ = false;
}

void Reading::retire() {
  if (std::exchange(retired_, true)) return;
  source_.close("channel_removed");
  stop_all();
}

void Reading::return_as(ChannelPtr channel) {
  retired_ = false;
  source_.serve(std::move(channel));
}

void Reading::begin(const Offsets& start, const Offsets& live) {
  stop_all();
  source_.open(start, live);
  for (std::size_t i = 0; i < start.size(); ++i) consume(static_cast<Partition>(i), start[i]);
}

void Reading::begin_partition(Partition partition, Offset start) {
  if (source_.start(partition, start)) consume(partition, start);
}

void Reading::refuse() {
  deny();  // who reads it, by the log as it is
  stop_all();
  source_.serve(source_.channel());
  denied_ = true;
}

void Reading::deny() {
  if (!std::exchange(denied_, true)) source_.close(kTopicUnavailable);
}

void Reading::resume_if_denied() {
  if (std::exchange(denied_, false)) source_.reopen();
}

Reading::Lane& Reading::lane(Partition partition) {
  if (lanes_.size() <= static_cast<std::size_t>(partition)) lanes_.resize(partition + 1);
  return lanes_[partition];
}

void Reading::consume(Partition partition, Offset offset) {
  stop(partition);
  if (offset == kUnknown) return;
  Lane& lane = this->lane(partition);
  lane.out_of_range = lane.undecodable = lane.doubted = false;
  lane.consumed_from = offset;
  for (Offset* verified : {&lane.verified, &lane.verified_lately, &lane.verified_long_ago})
    if (*verified == kUnknown || *verified > offset) *verified = offset;
  rd_kafka_consume_start_queue(topic_.get(), partition, offset, queue_);
}

void Reading::stop(Partition partition) {
  if (std::exchange(lane(partition).consumed_from, kUnknown) != kUnknown) rd_kafka_consume_stop(topic_.get(), partition);
}

bool Reading::take(const rd_kafka_message_t& message, Record& record) {
  if (retired_) return false;
  // librdkafka may skip wrongly behind what it could not read: nothing of that counts.
  if (lane(message.partition).troubled()) return false;
  if (message.err) {
    take_error(message);
    return false;
  }
  resume_if_denied();
  lane(message.partition).doubted = false;
  read_record(message, record);
  source_.take(message.partition, record);
  tally_.meter.add(1);
  return true;
}

void Reading::take_error(const rd_kafka_message_t& message) {
  Lane& lane = this->lane(message.partition);
  const Trouble trouble = classify(message.err);
  if (trouble != Trouble::end)
    spdlog::debug("{} [{}] at {}: {}", channel()->topic, message.partition, message.offset,
                  rd_kafka_message_errstr(&message));
  switch (trouble) {
    case Trouble::end:
      resume_if_denied();
      source_.end(message.partition, message.offset);
      return;
    case Trouble::out_of_range:
      // Even if it is about an earlier start: librdkafka has stopped the partition.
      troubled_ = lane.out_of_range = true;
      return;
    case Trouble::undecodable:
      troubled_ = lane.undecodable = true;
      return;
    case Trouble::no_partition:
      return suspect("a partition is not there");
    case Trouble::denied:
      return deny();
    case Trouble::passing:
      return;
  }
}

void Reading::suspect(const char* why) {
  spdlog::debug("topic {}: {}", channel()->topic, why);
  suspected_ = true;
}

std::optional<CheckRequest> Reading::ask(Millis now, bool routine) {
  if (asked_ || now < ask_after_ || !(uneasy() || routine)) return std::nullopt;
  const bool everything = suspected_ || std::ranges::any_of(lanes_, &Lane::out_of_range);
  CheckRequest request{channel()->topic, generation_, source_.partitions(), {}, {}};
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    const auto partition = static_cast<Partition>(i);
    const Offset next = source_.next(partition);
    const bool looked_at = lanes_[i].asked == next && now - lanes_[i].asked_at < kQuiet;
    if (next == kUnknown || (!everything && !lanes_[i].in_question() && looked_at)) continue;
    lanes_[i].asked = next;
    lanes_[i].asked_at = now;
    const bool thorough = everything || lanes_[i].unanswered;
    const Offset verified = thorough ? lanes_[i].verified_long_ago : lanes_[i].verified;
    request.claims.push_back({partition, verified, next, source_.trail(partition).anchors(), {}, thorough});
    if (lanes_[i].undecodable || lanes_[i].doubted) request.undecodable.push_back(partition);
  }
  if (request.claims.empty()) return std::nullopt;
  suspected_ = false;
  asked_ = true;
  ask_after_ = now + kAskInterval;
  asked_at_ = now;
  return request;
}

// What a new leader lost may have been read over before anyone suspected anything: then this looks farther back.
void Reading::Lane::verify(Offset next, Millis now) {
  if (now - turned >= kTurn) {
    verified_long_ago = std::exchange(verified_lately, verified);
    turned = now;
  }
  verified = next;
}

bool Reading::heed(const CheckAnswer& answer) {
  if (answer.generation != generation_) return false;
  asked_ = false;
  if (answer.finding == Finding::recreated) {
    recreate(answer);
    return true;
  }
  if (answer.finding == Finding::truncated) truncate(answer);
  repair(answer);
  return false;
}

void Reading::recreate(const CheckAnswer& answer) {
  spdlog::warn("topic {}: recreated; begins again with {} partitions", channel()->topic, answer.partitions);
  probe_.resets_recreated.fetch_add(1, std::memory_order_relaxed);
  for (std::size_t i = 0; i < lanes_.size(); ++i) stop(static_cast<Partition>(i));
  lanes_.clear();
  troubled_ = false;
  ++generation_;
  const Offsets start(answer.partitions, 0);
  tally_.earliest = tally_.stable = {};
  source_.reset("recreated", start);
  for (std::size_t i = 0; i < start.size(); ++i) consume(static_cast<Partition>(i), 0);
}

void Reading::truncate(const CheckAnswer& answer) {
  probe_.resets_truncated.fetch_add(1, std::memory_order_relaxed);
  Offsets start;
  for (std::size_t i = 0; i < source_.partitions(); ++i) start.push_back(source_.next(static_cast<Partition>(i)));
  for (std::size_t i = 0; i < answer.verdicts.size(); ++i) {
    const Verdict& verdict = answer.verdicts[i];
    if (!is_broken(verdict)) continue;
    const Offset earliest = answer.claims[i].bounds.earliest;
    start[verdict.partition] = std::max(verdict.common + 1, earliest);
    spdlog::warn("topic {} [{}]: truncated; read again from {}", channel()->topic, verdict.partition,
                 start[verdict.partition]);
  }
  ++generation_;
  source_.reset("truncated", start);
  for (const Verdict& verdict : answer.verdicts)
    if (is_broken(verdict)) consume(verdict.partition, start[verdict.partition]);
}

void Reading::repair(const CheckAnswer& answer) {
  for (std::size_t i = 0; i < answer.claims.size(); ++i) {
    const auto& [partition, verified, next, anchors, bounds, thorough] = answer.claims[i];
    Lane& lane = this->lane(partition);
    const bool answered = i < answer.verdicts.size() && answer.verdicts[i].kind != Verdict::Kind::unavailable;
    if (!answered) lane.asked = kUnknown;
    lane.unanswered = !answered && thorough;
    if (answered && answer.finding == Finding::fine) lane.verify(next, asked_at_);
    if (!lane.in_question() || !(answered || lane.doubted) || source_.next(partition) != next) continue;
    const auto found = answer.undecodable.find(partition);
    if (lane.undecodable && found == answer.undecodable.end()) continue;
    if (found != answer.undecodable.end()) {
      source_.end(partition, found->second.from);
      if (found->second.from < found->second.to) source_.skip(partition, found->second.to, "undecodable");
    }
    if (!lane.troubled() && source_.next(partition) == next && asked_at_ - lane.stuck_since < kAnew) {
      lane.doubted = false;  // it only takes its time
      continue;
    }
    if (bounds.earliest > source_.next(partition)) source_.skip(partition, bounds.earliest, "expired");
    consume(partition, source_.next(partition));
  }
  troubled_ = std::ranges::any_of(lanes_, &Lane::in_question);
}

std::optional<LearnRequest> Reading::ask_roots(const std::vector<std::pair<Partition, Offset>>& starts) const {
  LearnRequest request{channel()->topic, generation_, {}};
  for (const auto& start : starts)
    if (start.second > 0) request.starts.push_back(start);
  if (request.starts.empty()) return std::nullopt;
  return request;
}

void Reading::heed(const LearnAnswer& answer) {
  if (answer.generation != generation_) return;
  for (const auto& [partition, anchors] : answer.anchors) source_.trail(partition).learn(anchors);
}

ChannelNumbers Reading::numbers() {
  ChannelNumbers numbers{channel()->id, tally_.earliest, tally_.stable, tally_.meter.rate()};
  numbers.earliest.resize(source_.partitions(), kUnknown);
  numbers.latest.resize(source_.partitions(), kUnknown);
  tally_.lag = 0;
  for (std::size_t i = 0; i < numbers.latest.size(); ++i) {
    const Offset next = source_.next(static_cast<Partition>(i));
    if (next != kUnknown && numbers.latest[i] > next) tally_.lag += numbers.latest[i] - next;
    numbers.latest[i] = std::max(numbers.latest[i], next);
  }
  return numbers;
}

void Reading::unstick(Millis now) {
  for (std::size_t i = 0; i < std::min(lanes_.size(), tally_.stable.size()); ++i)
    unstick(static_cast<Partition>(i), now);
}

void Reading::unstick(Partition partition, Millis now) {
  Lane& lane = lanes_[partition];
  const Offset next = source_.next(partition);
  if (lane.consumed_from == kUnknown || lane.in_question() || next >= tally_.stable[partition]) return;
  if (std::exchange(lane.stuck_at, next) != next) {
    lane.stuck_since = now;
    lane.patience = kLook;
  } else if (now - lane.stuck_since > lane.patience) {
    spdlog::log(lane.patience < kAnew ? spdlog::level::debug : spdlog::level::warn,
                "topic {} [{}]: nothing came at {} for {} s; looking why", channel()->topic, partition, next,
                lane.patience / 1000);
    lane.patience *= 2;
    troubled_ = lane.doubted = true;
  }
}

}  // namespace tailrace
