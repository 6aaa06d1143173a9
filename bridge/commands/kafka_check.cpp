#include "commands/kafka_check.h"

#include "commands/kafka_settings.h"
#include "kafka/ingest.h"
#include "kafka/kafka_archive.h"
#include "log/feed.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <map>

namespace tailrace {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kAnswer = 5s;  // any, of any broker
constexpr auto kPatience = 20s;
constexpr auto kPatterns = 3s;  // what matches a pattern comes with the first answer; this is ample

struct Asked {
  ChannelPtr channel;
  std::size_t partitions = 0;
  bool refused = false;
  bool answered = false;
  std::string trouble;  // why it can't be read
};

// Hears what ingest finds, asks the archive to read a record of each topic back. Ingest's and the archive's threads
// post; everything else happens on the one that calls run().
class KafkaCheck : public Feed {
 public:
  KafkaCheck(const KafkaSettings& kafka, const Settings& settings)
      : settings_(settings), asker_(kafka), archive_(kafka, 1, archive_probe_), ingest_(kafka, specs(), {}, *this, ingest_probe_) {}
  ~KafkaCheck() override { archive_.stop(); }

  KafkaFindings run() {
    ingest_.start();
    const auto begin = Clock::now();
    const auto work = boost::asio::make_work_guard(context_);
    while (!settled() && Clock::now() < begin + (reachable_ ? kPatience : kAnswer)) context_.run_one_for(100ms);
    asker_.serve();
    return findings();
  }

  void publish(FeedEvent event) override {
    if (std::holds_alternative<LogAppended>(event)) return;
    boost::asio::post(
        context_, [this, heard = std::move(event)] { std::visit([this](const auto& known) { on(known); }, heard); });
  }

 private:
  std::vector<ChannelSpec> specs() const {
    std::vector<ChannelSpec> specs;
    for (const auto& rule : settings_.channels)
      specs.push_back({rule.name, rule.topic, rule.value, rule.max_value, channel_definition(rule)});
    return specs;
  }

  template <class Other>
  void on(const Other&) {}

  void on(const KafkaStatus& status) {
    if (status.reachable && !reachable_) reachable_since_ = Clock::now();
    reachable_ = status.reachable;
    unreachable_ = !status.reachable;
  }

  void on(const LogOpened& opened) {
    auto& asked = asked_[opened.channel->id];
    asked = {opened.channel, opened.live.size(), false, opened.live.empty(), {}};
    std::vector<Place> places;
    for (std::size_t i = 0; i < opened.live.size(); ++i)
      if (opened.live[i] != kUnknown) places.push_back({static_cast<Partition>(i), opened.live[i], std::nullopt});
    if (opened.live.empty()) return;
    archive_.last_before(opened.channel, places, [this, id = opened.channel->id](auto found) {
      boost::asio::post(context_,
                        [this, id, trouble = found ? std::string() : found.error().message] { answer(id, trouble); });
    });
  }

  void on(const LogClosed& closed) {
    asked_[closed.channel->id] = {closed.channel, 0, true, true, {}};
  }

  void answer(ChannelId id, const std::string& trouble) {
    asked_[id].answered = true;
    asked_[id].trouble = trouble;
  }

  const Asked* about(const std::string& topic) const {
    for (const auto& [id, asked] : asked_)
      if (asked.channel && asked.channel->topic == topic) return &asked;
    return nullptr;
  }

  bool settled() const {
    if (!reachable_) return unreachable_;
    for (const auto& [id, asked] : asked_)
      if (!asked.answered) return false;
    return std::all_of(settings_.channels.begin(), settings_.channels.end(), [this](const ChannelRule& rule) {
      return rule.is_pattern() ? Clock::now() - reachable_since_ >= kPatterns : about(rule.topic) != nullptr;
    });
  }

  KafkaFindings findings() const {
    KafkaFindings findings;
    const auto say = [&findings](bool good, const std::string& line) {
      findings.good = findings.good && good;
      findings.lines.push_back((good ? "ok    " : "FAIL  ") + line);
    };
    say(reachable_, "kafka " + reach_kafka(settings_.brokers, {}).brokers + (reachable_ ? ": reachable" : ": " + no_answer(asker_)));
    if (!reachable_) return findings;
    for (const auto& rule : settings_.channels)
      if (!rule.is_pattern() && !about(rule.topic)) say(false, "topic " + rule.topic + ": no answer");
    for (const auto& [id, asked] : asked_)
      say(verdict(asked).empty(), "topic " + asked.channel->topic + ": " + words(asked));
    return findings;
  }

  static std::string verdict(const Asked& asked) {
    if (asked.refused) return "not allowed to this user";
    if (asked.partitions == 0) return "is not there; its channel would begin when it appears";
    if (!asked.answered) return "its records did not come in time";
    return asked.trouble.empty() ? "" : "can't be read: " + asked.trouble;
  }

  static std::string words(const Asked& asked) {
    const auto trouble = verdict(asked);
    const auto partitions = std::to_string(asked.partitions) + (asked.partitions == 1 ? " partition" : " partitions");
    return trouble.empty() ? partitions + ", readable, channel " + asked.channel->name : trouble;
  }

  const Settings& settings_;
  boost::asio::io_context context_;
  std::map<ChannelId, Asked> asked_;
  bool reachable_ = false;
  bool unreachable_ = false;  // for certain
  Clock::time_point reachable_since_;
  Producer asker_;  // hears why nobody answers
  ArchiveProbe archive_probe_;
  IngestProbe ingest_probe_;
  KafkaArchive archive_;
  Ingest ingest_;
};

}  // namespace

void check_kafka_settings(const Settings& settings) {
  const auto kafka = reach_kafka({}, settings.kafka);
  Handle(kafka, RD_KAFKA_CONSUMER, Handle::consumer_properties(kafka));
}

KafkaFindings ask_kafka(const Settings& settings) {
  return KafkaCheck(reach_kafka(settings.brokers, settings.kafka), settings).run();
}

}  // namespace tailrace
