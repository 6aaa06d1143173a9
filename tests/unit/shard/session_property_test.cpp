// Shard, sessions, page cache and frames together, at random: clients that subscribe, are cut off, resume, unsubscribe and
// read slowly; logs that are trimmed and restarted; records that expire; partitions that come, topics that are made anew or
// lose their end; a Kafka that does not answer each time. TAILRACE_SEED=n plays one run again.
#include "shard/model/client.h"
#include "shard/stage.h"

#include <cstdlib>

namespace tailrace::model {
namespace {

constexpr std::uint64_t kRuns = 300;
constexpr std::size_t kMostPartitions = 4;

// Two channels over the same partitions, each with a log of its own.
class Play : public Stage {
 public:
  explicit Play(std::uint64_t seed) : dice_(seed) { options_.retry_after = 0; }
  void TestBody() override {}

  void run() {
    kafka_.fails = [this] { return dice_.one_in(10); };
    for (Partition p : {0, 1}) grow(p);
    for (ChannelId id : {7, 8}) begin(id);
    for (auto steps = dice_.between(20, 150); steps > 0; --steps) step();
    finish();
  }

 private:
  struct Log {
    ChannelPtr channel;
    Offsets from;
    std::uint64_t sequence = 0;
  };

  void begin(ChannelId id) {
    Log& log = logs_[id];
    log.channel = make_channel(id, id == 7 ? "metrics" : "other");
    for (const auto& kept : kafka_.partitions) log.from.push_back(dice_.between(0, kept.stable));
    shard().deliver(LogOpened{log.channel, log.from, log.from}, 0);
    settle();
  }

  void step() {
    Log& log = dice_.one_in(2) ? logs_[7] : logs_[8];
    const Partition p = some_partition();
    const auto happens = dice_.between(1, 100);
    if (happens <= 10) grow(p);
    else if (happens <= 35) ingest(log, p, dice_.between(log.from[static_cast<std::size_t>(p)], kafka_.at(p).stable));
    else if (happens <= 45) come_or_go();
    else if (happens <= 60) subscribe_somebody(log.channel->name);
    else if (happens <= 64) unsubscribe_somebody(log.channel->name);
    else if (happens <= 70) trim_or_skip(log);
    else if (happens <= 72) expire(p);
    else if (happens <= 88) change_a_socket();
    else if (happens <= 90) add_partition();
    else if (happens <= 92) break_history(p);
    if (dice_.one_in(2)) settle(dice_.one_in(2));
    for (auto& client : clients_) client->read();
  }

  Partition some_partition() { return static_cast<Partition>(dice_.between(0, count() - 1)); }
  Partition count() const { return static_cast<Partition>(kafka_.partitions.size()); }

  // ---- Kafka

  // Holes hide whether the history is the same: once it broke there are none.
  void grow(Partition p) {
    for (auto runs = dice_.between(1, 5); runs > 0; --runs) {
      kafka_.add(p, dice_.between(1, 60), static_cast<std::size_t>(dice_.between(1, 400)));
      if (histories_ == 0) kafka_.add_holes(p, dice_.between(0, 20));
    }
  }

  // What expired proves nothing either.
  void expire(Partition p) {
    if (histories_ == 0) kafka_.expire(p, dice_.between(kafka_.at(p).earliest, kafka_.at(p).stable));
  }

  void add_partition() {
    if (kafka_.partitions.size() >= kMostPartitions) return;
    const Partition p = count();
    kafka_.partitions.emplace_back();
    grow(p);
    for (auto& [id, log] : logs_) {
      shard().deliver(PartitionStarted{id, p, 0}, 0);
      if (dice_.one_in(2)) settle(false);
      publish(log, make_coverage(*log.channel, {{p, 0, 0}}));
      log.from.push_back(0);
    }
  }

  // The topic is made anew, or a partition loses its end: other records come to stand there.
  void break_history(Partition p) {
    kafka_.value = std::to_string(1000 + ++histories_);
    dice_.one_in(2) ? recreate() : truncate(p);
  }

  void recreate() {
    kafka_.partitions.assign(static_cast<std::size_t>(dice_.between(1, kMostPartitions)), {});
    for (Partition p = 0; p < count(); ++p)
      if (dice_.one_in(2)) grow(p);
    for (auto& [id, log] : logs_) {
      log.from.clear();
      for (const auto& kept : kafka_.partitions) log.from.push_back(dice_.between(0, kept.stable));
      reset(id, log, "recreated", Offsets(kafka_.partitions.size(), 0));
    }
  }

  void truncate(Partition p) {
    auto& kept = kafka_.at(p);
    const Offset lost_from = dice_.between(kept.earliest, kept.stable);
    std::erase_if(kept.records, [&](const auto& stored) { return stored.offset >= lost_from; });
    kept.stable = lost_from;
    if (dice_.one_in(2)) grow(p);
    for (auto& [id, log] : logs_) {
      Offset& from = log.from[static_cast<std::size_t>(p)];
      from = std::min(from, lost_from);
      Offsets resume(kafka_.partitions.size(), kUnknown);
      resume[static_cast<std::size_t>(p)] = lost_from;
      reset(id, log, "truncated", resume);
    }
  }

  void reset(ChannelId id, Log& log, const std::string& reason, const Offsets& resume) {
    log.sequence = 0;
    pages_.forget(id);
    shard().deliver(LogReset{id, reason, log.from, resume}, 0);
  }

  // ---- ingest

  void ingest(Log& log, Partition p, Offset end) {
    for (Offset& from = log.from[static_cast<std::size_t>(p)]; from < end;) {
      const Offset next = dice_.between(from + 1, end);
      publish(log, kafka_.batch(log.channel, p, from, next));
      from = next;
    }
  }

  void publish(Log& log, const BatchPtr& batch) {
    shard().deliver(LogAppended{log.channel->id, batch}, batch->bytes());
    ++log.sequence;
  }

  void trim_or_skip(Log& log) {
    if (dice_.percent(80)) {
      const auto tail = dice_.between(0, static_cast<std::int64_t>(log.sequence));
      return deliver(LogTrimmed{log.channel->id, static_cast<std::uint64_t>(tail)});
    }
    skip();
  }

  // An overflow takes what waits of every log.
  void skip() {
    std::vector<LogSkipped> newest;
    for (auto& [id, log] : logs_) {
      for (Partition p = 0; p < count(); ++p) {
        Offset& from = log.from[static_cast<std::size_t>(p)];
        from = dice_.between(from, kafka_.at(p).stable);
      }
      log.sequence += 5;
      newest.push_back({id, log.from, log.sequence});
    }
    shard().skip_to(std::move(newest));
  }

  // ---- clients

  void come_or_go() {
    if (clients_.size() < 5) return clients_.push_back(std::make_unique<Client>(shard()));
    dice_.pick(clients_)->reconnect();
  }

  void subscribe_somebody(const std::string& channel) {
    if (clients_.empty()) return;
    Client& client = *dice_.pick(clients_);
    const Chain& chain = client.chains[channel];
    if (chain.state != Chain::State::none) return;
    if (!chain.parts.empty() && dice_.percent(80)) return client.resume(channel, random_end(chain.next()));
    switch (dice_.between(0, 4)) {
      case 0: return client.subscribe(channel, "\"live\"");
      case 1: return client.subscribe(channel, "\"earliest\"");
      case 2: return client.subscribe(channel, R"({"last":)" + std::to_string(dice_.between(1, 500)) + "}");
      case 3: return client.subscribe(channel, R"({"time":)" + std::to_string(1000 * dice_.between(0, kafka_.at(0).stable)) + "}");
      default: return client.subscribe(channel, R"({"position":"v1.0000abcd.)" + random_places() + "\"}");
    }
  }

  std::string random_places() {
    std::string text;
    for (Partition p = 0; p < count(); ++p)
      text += (p ? "," : "") + std::to_string(p) + ":" + std::to_string(dice_.between(0, kafka_.at(p).stable));
    return text;
  }

  std::optional<Offsets> random_end(Offsets next) {
    if (!dice_.one_in(4)) return {};
    for (Offset& end : next) end += dice_.between(0, 200);
    return next;
  }

  void unsubscribe_somebody(const std::string& channel) {
    if (clients_.empty()) return;
    Client& client = *dice_.pick(clients_);
    if (client.chains[channel].state != Chain::State::none) client.unsubscribe(channel);
  }

  void change_a_socket() {
    if (clients_.empty()) return;
    FakeOutlet& socket = *dice_.pick(clients_)->socket;
    const auto room = static_cast<std::size_t>(dice_.between(0, 30'000));
    if (socket.blocked()) socket.open_up(dice_.one_in(2) ? FakeOutlet::kAll : room);
    else socket.room = room;
  }

  // ---- the end: Kafka answers and goes past every place, all that it has is published, all sockets are open, and who is
  // not subscribed comes back

  void finish() {
    kafka_.fails = nullptr;
    for (auto& client : clients_) client->socket->open_up();
    publish_all();
    for (auto& client : clients_)
      for (const auto& [name, chain] : client->chains) grow_past(chain);
    publish_all();
    for (auto& client : clients_)
      for (const auto& [name, chain] : client->chains)
        if (chain.state == Chain::State::none && !chain.parts.empty()) client->resume(name, {});
    publish_all();
    for (auto& client : clients_)
      for (const auto& [name, chain] : client->chains) check(chain);
  }

  void grow_past(const Chain& chain) {
    for (Partition p = 0; p < count(); ++p) {
      const auto index = static_cast<std::size_t>(p);
      Offset most = index < chain.parts.size() ? chain.parts[index].place.next : 0;
      if (chain.to && index < chain.to->size()) most = std::max(most, (*chain.to)[index]);
      while (kafka_.at(p).stable <= most) grow(p);
    }
  }

  void publish_all() {
    for (auto& [id, log] : logs_)
      for (Partition p = 0; p < count(); ++p) ingest(log, p, kafka_.at(p).stable);
    settle();
    for (auto& client : clients_) client->read();
  }

  void check(const Chain& chain) {
    chain.hold_against(kafka_);
    if (chain.state == Chain::State::none) return;
    if (chain.state == Chain::State::pending) throw Broken("still pending");
    if (chain.to) throw Broken("did not end");
    Offsets ends;
    for (const auto& kept : kafka_.partitions) ends.push_back(kept.stable);
    if (chain.next() != ends) throw Broken("did not get to the end");
  }

  Dice dice_;
  std::map<ChannelId, Log> logs_;
  std::vector<std::unique_ptr<Client>> clients_;
  int histories_ = 0;  // that broke
};

TEST(SessionProperty, what_clients_read_is_what_kafka_has) {
  const char* const only = std::getenv("TAILRACE_SEED");
  const std::uint64_t first = only ? std::strtoull(only, nullptr, 10) : 1;
  for (std::uint64_t seed = first; seed < first + (only ? 1 : kRuns); ++seed) {
    try {
      Play(seed).run();
    } catch (const Broken& broken) {
      FAIL() << broken.what() << ", with TAILRACE_SEED=" << seed;
    }
  }
}

}  // namespace
}  // namespace tailrace::model
