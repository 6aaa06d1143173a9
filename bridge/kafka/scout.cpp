#include "kafka/scout.h"

#include "base/clock.h"
#include "kafka/offsets_query.h"
#include "kafka/warm_range.h"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

namespace tailrace {
namespace {

constexpr std::chrono::milliseconds kInterval{2000};
constexpr std::chrono::milliseconds kLongest{5000};  // growth is promised within 10 s, and Kafka may go away meanwhile
constexpr std::chrono::milliseconds kEager{300};  // while something is still to begin
constexpr Millis kHeldForLong = 30000;
constexpr Millis kTransactionInterval = 5000;
constexpr int kPatience = 5000;
constexpr int kPatienceWhileAway = 1000;
constexpr int kPause = 20;  // times as long as the look took, at least

Properties uncommitted_properties(const KafkaSettings& settings) {
  Properties properties = Handle::consumer_properties(settings);
  properties.emplace_back("isolation.level", "read_uncommitted");
  return properties;
}

}  // namespace

Scout::Scout(const KafkaSettings& settings, const std::vector<ChannelSpec>& specs, IngestLimits limits, Tell tell)
    : settings_(settings),
      handle_(settings, RD_KAFKA_CONSUMER, Handle::consumer_properties(settings)),
      uncommitted_(settings, RD_KAFKA_CONSUMER, uncommitted_properties(settings)),
      specs_(specs),
      filter_(specs),
      limits_(limits),
      tell_(std::move(tell)) {
  know_names();
}

void Scout::know_names() {
  for (const auto& [name, spec] : filter_.named()) {
    topics_.try_emplace(name, spec, false);
    if (auto& topic = named_[name]; !topic) topic.reset(rd_kafka_topic_new(handle_.get(), name.c_str(), nullptr));
  }
}

Scout::~Scout() { context_.stop(); }

void Scout::start() {
  boost::asio::post(context_, [this] { look_and_wait(); });
  thread_ = std::jthread([this] { context_.run(); });
}

void Scout::restarted(std::string topic, std::size_t partitions) {
  boost::asio::post(context_, [this, topic = std::move(topic), partitions] {
    if (const auto found = topics_.find(topic); found != topics_.end()) found->second.restart(partitions);
  });
}

void Scout::change(std::vector<ChannelSpec> specs) {
  TopicFilter filter(specs);
  boost::asio::post(context_, [this, specs = std::move(specs), filter = std::move(filter)]() mutable {
    apply(std::move(specs), std::move(filter));
  });
}

// Topics whose channel stays as it was go on untouched; what is new begins as at the start.
void Scout::apply(std::vector<ChannelSpec> specs, TopicFilter filter) {
  SpecsChanged changed{specs, {}};
  for (auto topic = topics_.begin(); topic != topics_.end();) {
    const auto spec = filter.spec_of(topic->first);
    const bool same = spec && specs[*spec] == specs_[topic->second.spec()];
    if (same) {
      topic->second.set_spec(*spec);
      ++topic;
    } else {
      changed.removed.push_back(topic->first);
      topic = topics_.erase(topic);
    }
  }
  specs_ = std::move(specs);
  filter_ = std::move(filter);
  looked_ = all_told_ = false;
  tell_(std::move(changed));
  know_names();
  timer_.cancel();
  look_and_wait();
}

void Scout::look_and_wait() {
  const auto begin = std::chrono::steady_clock::now();
  look();
  const auto took = std::chrono::steady_clock::now() - begin;
  const bool settled =
      failures_ == 0 && std::ranges::all_of(topics_, [](const auto& topic) { return topic.second.settled(); });
  timer_.expires_after(settled ? std::clamp<std::chrono::nanoseconds>(kPause * took, kInterval, kLongest) : kEager);
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) look_and_wait();
  });
}

void Scout::look() {
  const bool all = filter_.has_patterns() || named_.empty();
  const MetadataPtr metadata = ask_metadata(all);
  handle_.serve();
  note_answer(metadata != nullptr);
  if (!metadata || !know_cluster()) return;
  notice_all(*metadata);
  const bool asked = ask_starts();
  tell_starts();
  tell_presence();
  if (asked && !std::exchange(all_told_, true)) tell_(AllSeen{});
  look_at_ends();
  look_for_open_transactions();
}

MetadataPtr Scout::ask_metadata(bool all) {
  const struct rd_kafka_metadata* metadata = nullptr;
  // While nobody is there, the wait is for a connection; a slow answer gets its chance now and then.
  const int patience = !reachable_ && failures_ % 4 != 3 ? kPatienceWhileAway : kPatience;
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

// One broker that is silent is not all: the next question goes to another.
void Scout::note_answer(bool answered) {
  constexpr int kSure = 3;
  failures_ = answered ? 0 : failures_ + 1;
  const bool certain = answered || failures_ >= kSure || handle_.all_down();
  if (certain && (!told_ || answered != reachable_)) {
    told_ = true;
    reachable_ = answered;
    tell_(ReachableSeen{answered, now_millis(), handle_.trouble()});
  }
  if (answered) handle_.forget_trouble();
}

void Scout::notice_all(const struct rd_kafka_metadata& metadata) {
  std::set<std::string> seen;
  const auto notice_each = [&](const struct rd_kafka_metadata& answer) {
    for (int i = 0; i < answer.topic_cnt; ++i)
      if (seen.insert(answer.topics[i].topic).second) notice(answer.topics[i]);
  };
  notice_each(metadata);
  // Where all topics were asked for, what is missing is not even mentioned, nor what may not be seen.
  const auto unseen = [&](const auto& named) { return !seen.contains(named.first); };
  if (std::ranges::any_of(filter_.named(), unseen))
    if (const MetadataPtr named = ask_metadata(false)) notice_each(*named);
  for (const auto& [name, spec] : filter_.named()) watch(name, spec);
  for (const auto& [name, topic] : topics_)
    if (!seen.contains(name)) notice_missing(name, topic.spec());
  looked_ = true;
}

void Scout::notice_missing(const std::string& name, std::size_t spec) {
  if (watch(name, spec).see_missing()) tell_(TopicSeen{spec, name, cluster_, {}, {}});
}

void Scout::notice(const rd_kafka_metadata_topic& seen) {
  const auto spec = filter_.spec_of(seen.topic);
  if (!spec) return;
  TopicWatch& topic = watch(seen.topic, *spec);
  switch (seen.err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      if (const char* why = topic.see(seen)) tell_(SuspicionSeen{seen.topic, why});
      return;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      return notice_missing(seen.topic, *spec);
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
      questions.push_back({&name, static_cast<Partition>(i), part.leader});
      parts.push_back(&part);
    }
  }
  std::vector<OffsetQuestion> ends = questions;
  if (!ask_offsets(handle_, ends, kStable, kPatience)) return false;
  if (limits_.warm > 0 && !ask_offsets(handle_, questions, now_millis() - limits_.warm, kPatience)) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) parts[i]->answered(ends[i].answer);
  if (limits_.warm == 0) return true;
  std::vector<WarmRange> ranges;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    parts[i]->start = questions[i].answer;
    if (parts[i]->start == kUnknown || parts[i]->live <= parts[i]->start) continue;
    ranges.push_back({questions[i].topic, questions[i].partition, parts[i]->start, parts[i]->live});
  }
  fit_in_memory(ranges, limits_.keep.bytes, settings_);
  for (const WarmRange& range : ranges) topics_.at(*range.topic).parts()[range.partition].start = range.start;
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

void Scout::tell_presence() {
  for (auto& [name, topic] : topics_)
    if (const auto present = topic.take_presence()) tell_(PresenceSeen{name, *present, now_millis()});
}

std::vector<OffsetQuestion> Scout::questions() const {
  std::vector<OffsetQuestion> questions;
  for (const auto& [name, topic] : topics_)
    for (std::size_t i = 0; i < topic.parts().size(); ++i)
      if (topic.parts()[i].led()) questions.push_back({&name, static_cast<Partition>(i), topic.parts()[i].leader});
  return questions;
}

void Scout::look_at_ends() {
  std::vector<OffsetQuestion> stable = questions();
  std::vector<OffsetQuestion> earliest = stable;
  if (!ask_offsets(handle_, stable, kStable, kPatience)) return;
  if (!ask_offsets(handle_, earliest, kEarliest, kPatience)) return;
  std::set<const std::string*> changed;
  for (std::size_t i = 0; i < stable.size(); ++i) {
    const auto& [name, partition, leader, end] = stable[i];
    const Offset begin = earliest[i].answer;
    TopicWatch::Part& part = topics_.at(*name).parts()[partition];
    if (end == kUnknown || begin == kUnknown || (part.stable == end && part.earliest == begin)) continue;
    if (end < part.stable || begin < part.earliest) tell_(SuspicionSeen{*name, "an end fell back"});
    part.stable = end;
    part.earliest = begin;
    changed.insert(name);
  }
  for (const std::string* name : changed) tell_watermarks(*name, topics_.at(*name));
}

void Scout::tell_watermarks(const std::string& name, TopicWatch& topic) {
  WatermarksSeen seen{name, {}, {}};
  for (const TopicWatch::Part& part : topic.parts()) {
    seen.earliest.push_back(part.earliest);
    seen.stable.push_back(part.stable);
  }
  tell_(std::move(seen));
}

void Scout::look_for_open_transactions() {
  if (steady_millis() < next_transactions_) return;
  next_transactions_ = steady_millis() + kTransactionInterval;
  std::vector<OffsetQuestion> ends = questions();
  if (!ask_offsets(uncommitted_, ends, kStable, kPatience)) return;
  for (const auto& [name, partition, leader, end] : ends)
    if (end != kUnknown) tell_transaction(*name, partition, topics_.at(*name).parts()[partition], end);
}

// `stable` was asked before `end`: new records may lie between them, so only one that has not moved counts.
void Scout::tell_transaction(const std::string& name, Partition partition, TopicWatch::Part& part, Offset end) {
  const Millis now = steady_millis();
  const bool above = part.stable != kUnknown && end > part.stable;
  if (!above || part.held_at != part.stable) part.held_since = now;
  part.held_at = part.stable;
  const Millis held_for = now - part.held_since;
  const bool held = above && held_for >= kHeldForLong;
  if (held == std::exchange(part.held_told, held)) return;
  tell_(TransactionSeen{name, partition, held, part.stable, now_millis() - held_for});
}

}  // namespace tailrace
