#include "kafka/questions.h"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace tailrace {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kPatience = 5000;
constexpr Millis kSecond = 1000;

}  // namespace

Questions::Questions(const KafkaSettings& settings, ArchiveProbe& probe)
    : probe_(probe),
      records_(settings, stopping_),
      handle_(records_.handle()),
      offsets_(std::chrono::seconds(1)),
      earliest_(std::chrono::seconds(5)),
      recent_bounds_(std::chrono::seconds(1)) {}

Questions::~Questions() { stop(); }

void Questions::stop() {
  stopping_ = true;
  thread_.stop();
  thread_.join();
}

void Questions::bounds(ChannelPtr channel, BoundsDone done) {
  boost::asio::post(thread_, [this, channel = std::move(channel), done = std::move(done)]() mutable {
    auto& waiting = waiting_[channel->id];
    waiting.push_back(std::move(done));
    // Behind all who have asked by now.
    if (waiting.size() == 1) boost::asio::post(thread_, [this, channel] { answer_bounds(channel); });
  });
}

void Questions::answer_bounds(const ChannelPtr& channel) {
  const auto dones = std::exchange(waiting_[channel->id], {});
  const auto answer = ask_bounds(channel->topic);
  if (answer) recent_bounds_.put(channel->id, *answer, Clock::now());
  for (const BoundsDone& done : dones) done(answer);
}

Result<std::vector<Bounds>> Questions::ask_bounds(const std::string& topic) {
  probe_.questions.fetch_add(1, std::memory_order_relaxed);
  handle_.serve();
  const auto leaders = records_.partitions(topic);
  if (!leaders) return leaders.error();
  std::vector<OffsetQuestion> earliest;
  for (std::size_t i = 0; i < leaders->size(); ++i)
    if ((*leaders)[i] != kNoLeader) earliest.push_back({&topic, static_cast<Partition>(i), (*leaders)[i]});
  std::vector<OffsetQuestion> stable = earliest;
  if (auto asked = ask_offsets(handle_, earliest, kEarliest, kPatience); !asked) return asked.error();
  if (auto asked = ask_offsets(handle_, stable, kStable, kPatience); !asked) return asked.error();
  std::vector<Bounds> bounds(leaders->size());
  for (std::size_t i = 0; i < stable.size(); ++i)
    bounds[stable[i].partition] = {earliest[i].answer, stable[i].answer};
  return bounds;
}

void Questions::times(ChannelPtr channel, std::vector<Millis> at, TimesDone done) {
  for (Millis& time : at) time -= ((time % kSecond) + kSecond) % kSecond;
  boost::asio::post(thread_, [this, job = TimesJob{std::move(channel), std::move(at), std::move(done), {}, {}}]() mutable {
    begin(std::move(job));
  });
}

void Questions::begin(TimesJob job) {
  // The ends come before the times, so that a time that finds nothing means an end that is no later than it.
  if (auto recent = recent_bounds_.find(job.channel->id, Clock::now())) {
    job.bounds = *std::move(recent);
  } else {
    auto bounds = ask_bounds(job.channel->topic);
    if (!bounds) return job.done(bounds.error());
    recent_bounds_.put(job.channel->id, *bounds, Clock::now());
    job.bounds = *std::move(bounds);
  }
  const auto earliest = earliest_time(job.channel, job.bounds);
  if (!earliest) return job.done(earliest.error());
  job.answer.earliest = *earliest;
  step(std::move(job));
}

// One time after the other, and others may ask in between.
void Questions::step(TimesJob job) {
  if (job.answer.at.size() == job.at.size()) return job.done(std::move(job.answer));
  auto offsets = offsets_at(job, job.at[job.answer.at.size()]);
  if (!offsets) return job.done(offsets.error());
  job.answer.at.push_back(*std::move(offsets));
  boost::asio::post(thread_, [this, job = std::move(job)]() mutable { step(std::move(job)); });
}

Result<Offsets> Questions::offsets_at(const TimesJob& job, Millis time) {
  if (auto known = offsets_.find({job.channel->id, time}, Clock::now()); known && known->size() == job.bounds.size())
    return *std::move(known);
  std::vector<OffsetQuestion> questions;  // of no leader: what is unknown here lies behind the end, and is not unanswered
  for (std::size_t i = 0; i < job.bounds.size(); ++i)
    if (job.bounds[i].stable != kUnknown) questions.push_back({&job.channel->topic, static_cast<Partition>(i)});
  probe_.questions.fetch_add(1, std::memory_order_relaxed);
  if (auto asked = ask_offsets(handle_, questions, std::max<Millis>(time, 0), kPatience); !asked) return asked.error();
  Offsets offsets(job.bounds.size(), kUnknown);
  for (const OffsetQuestion& question : questions) {
    const Offset stable = job.bounds[question.partition].stable;
    offsets[question.partition] = question.answer == kUnknown ? stable : std::min(question.answer, stable);
  }
  offsets_.put({job.channel->id, time}, offsets, Clock::now());
  return offsets;
}

Result<Millis> Questions::earliest_time(const ChannelPtr& channel, const std::vector<Bounds>& bounds) {
  if (auto known = earliest_.find(channel->id, Clock::now())) return *known;
  std::vector<ProbeRange> ranges;
  for (std::size_t i = 0; i < bounds.size(); ++i)
    if (bounds[i].earliest != kUnknown && bounds[i].earliest < bounds[i].stable)
      ranges.push_back({static_cast<Partition>(i), bounds[i].earliest, bounds[i].stable, ProbeRange::Which::first});
  Millis earliest = 0;
  for (const Probed& probed : records_.look(channel->topic, ranges, kPatience)) {
    if (probed.kind == Probed::Kind::unavailable) return Error{"unavailable", "Kafka did not answer in time"};
    if (probed.kind == Probed::Kind::record)
      earliest = earliest == 0 ? probed.timestamp : std::min(earliest, probed.timestamp);
  }
  earliest_.put(channel->id, earliest, Clock::now());
  return earliest;
}

}  // namespace tailrace
