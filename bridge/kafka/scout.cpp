#include "kafka/scout.h"

#include "kafka/clock.h"
#include "kafka/offsets_query.h"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>

namespace tailrace {
namespace {

constexpr std::chrono::milliseconds kInterval{2000};
constexpr std::chrono::milliseconds kEager{300};  // while something is still to begin
constexpr int kPatience = 5000;
constexpr int kPatienceWhileAway = 1000;

}  // namespace

Scout::Scout(const KafkaSettings& settings, const std::vector<ChannelSpec>& specs, Millis warm, Tell tell)
    : handle_(settings, RD_KAFKA_CONSUMER, Handle::consumer_properties(settings)),
      filter_(specs),
      warm_(warm),
      tell_(std::move(tell)) {
  for (const auto& [name, spec] : filter_.named()) {
    named_.emplace_back(rd_kafka_topic_new(handle_.get(), name.c_str(), nullptr));
    topics_.emplace(name, TopicWatch(spec, false));
  }
}

Scout::~Scout() { context_.stop(); }

void Scout::start() {
  boost::asio::post(context_, [this] { look_and_wait(); });
  thread_ = std::jthread([this] { context_.run(); });
}

void Scout::look_and_wait() {
  look();
  const bool settled =
      reachable_ && std::ranges::all_of(topics_, [](const auto& topic) { return topic.second.settled(); });
  timer_.expires_after(settled ? kInterval : kEager);
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) look_and_wait();
  });
}

void Scout::look() {
  const MetadataPtr metadata = ask_metadata();
  handle_.serve();
  note_reachable(metadata != nullptr);
  if (!metadata || !know_cluster()) return;
  for (int i = 0; i < metadata->topic_cnt; ++i) notice(metadata->topics[i]);
  looked_ = true;
  if (ask_starts()) tell_starts();
  tell_watermarks();
}

MetadataPtr Scout::ask_metadata() {
  const struct rd_kafka_metadata* metadata = nullptr;
  const bool all = filter_.has_patterns() || named_.empty();
  const int patience = reachable_ ? kPatience : kPatienceWhileAway;
  if (rd_kafka_metadata(handle_.get(), all, nullptr, &metadata, patience)) return nullptr;
  return MetadataPtr(metadata);
}

bool Scout::know_cluster() {
  if (!cluster_.empty()) return true;
  char* id = rd_kafka_clusterid(handle_.get(), kPatienceWhileAway);
  if (!id) return false;
  cluster_ = id;
  rd_kafka_mem_free(handle_.get(), id);
  return true;
}

void Scout::note_reachable(bool reachable) {
  if (told_ && reachable == reachable_) return;
  told_ = true;
  reachable_ = reachable;
  tell_(ReachableSeen{reachable, unix_millis(), handle_.trouble()});
  handle_.forget_trouble();
}

void Scout::notice(const rd_kafka_metadata_topic& seen) {
  const auto spec = filter_.spec_of(seen.topic);
  if (!spec) return;
  TopicWatch& topic = watch(seen.topic, *spec);
  switch (seen.err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      return topic.see(seen);
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      if (topic.see_missing()) tell_(TopicSeen{*spec, seen.topic, cluster_, {}, {}});
      return;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
      if (topic.see_refused()) tell_(TopicRefused{*spec, seen.topic, cluster_, rd_kafka_err2str(seen.err)});
      return;
    default:
      return;  // passing: the next look tells
  }
}

TopicWatch& Scout::watch(const std::string& topic, std::size_t spec) {
  return topics_.try_emplace(topic, spec, looked_).first->second;
}

bool Scout::ask_starts() {
  std::vector<OffsetQuestion> questions;
  std::vector<TopicWatch::Part*> parts;
  for (auto& [name, topic] : topics_) {
    for (std::size_t i = 0; i < topic.parts().size(); ++i) {
      TopicWatch::Part& part = topic.parts()[i];
      if (!topic.needs_asking(part)) continue;
      questions.push_back({&name, static_cast<Partition>(i)});
      parts.push_back(&part);
    }
  }
  if (!ask_offsets(handle_, questions, kStable, kPatience)) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) parts[i]->live = questions[i].answer;
  if (warm_ == 0) return true;
  if (!ask_offsets(handle_, questions, unix_millis() - warm_, kPatience)) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) parts[i]->start = questions[i].answer;
  return true;
}

void Scout::tell_starts() {
  for (auto& [name, topic] : topics_) {
    if (topic.ready_to_begin()) {
      TopicSeen seen{topic.spec(), name, cluster_, {}, {}};
      topic.begin(seen.start, seen.live);
      tell_(std::move(seen));
    } else if (topic.begun()) {
      if (auto starts = topic.take_starts(); !starts.empty()) tell_(PartitionsSeen{name, std::move(starts)});
    }
  }
}

void Scout::tell_watermarks() {
  std::vector<OffsetQuestion> questions;
  for (auto& [name, topic] : topics_)
    for (std::size_t i = 0; i < topic.parts().size(); ++i)
      if (topic.parts()[i].led) questions.push_back({&name, static_cast<Partition>(i)});
  std::vector<OffsetQuestion> earliest = questions;
  if (!ask_offsets(handle_, questions, kStable, kPatience)) return;
  if (!ask_offsets(handle_, earliest, kEarliest, kPatience)) return;
  std::map<std::string, WatermarksSeen> seen;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const std::string& name = *questions[i].topic;
    TopicWatch::Part& part = topics_.at(name).parts()[questions[i].partition];
    if (part.stable == questions[i].answer && part.earliest == earliest[i].answer) continue;
    part.stable = questions[i].answer;
    part.earliest = earliest[i].answer;
    seen[name];
  }
  for (auto& [name, watermarks] : seen) {
    watermarks.topic = name;
    for (const TopicWatch::Part& part : topics_.at(name).parts()) {
      watermarks.earliest.push_back(part.earliest);
      watermarks.stable.push_back(part.stable);
    }
    tell_(std::move(watermarks));
  }
}

}  // namespace tailrace
