// Shard, sessions, page cache and frames together, at random: clients that subscribe, are cut off, resume, unsubscribe and
// read slowly; logs that are trimmed and restarted; records that expire. TAILRACE_SEED=n plays one run again.
#include "shard/model/client.h"
#include "shard/stage.h"

#include <cstdlib>

namespace tailrace::model {
namespace {

constexpr std::uint64_t kRuns = 200;

// Two channels over the same two partitions, each with a log of its own.
class Play : public Stage {
 public:
  explicit Play(std::uint64_t seed) : dice_(seed) {}
  void TestBody() override {}

  void run() {
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
    log.from = {dice_.between(0, kafka_.at(0).stable), dice_.between(0, kafka_.at(1).stable)};
    shard().deliver(LogOpened{log.channel, log.from, log.from}, 0);
    settle();
  }

  void step() {
    Log& log = dice_.one_in(2) ? logs_[7] : logs_[8];
    const Partition p = dice_.one_in(2) ? 0 : 1;
    const auto happens = dice_.between(1, 100);
    if (happens <= 10) grow(p);
    else if (happens <= 35) ingest(log, p, dice_.between(log.from[static_cast<std::size_t>(p)], kafka_.at(p).stable));
    else if (happens <= 45) come_or_go();
    else if (happens <= 60) subscribe_somebody(log.channel->name);
    else if (happens <= 64) unsubscribe_somebody(log.channel->name);
    else if (happens <= 72) trim_or_skip(log);
    else if (happens <= 74) kafka_.expire(p, dice_.between(kafka_.at(p).earliest, kafka_.at(p).stable));
    else if (happens <= 90) change_a_socket();
    if (dice_.one_in(2)) settle(dice_.one_in(2));
    for (auto& client : clients_) client->read();
  }

  void grow(Partition p) {
    for (auto runs = dice_.between(1, 5); runs > 0; --runs) {
      kafka_.add(p, dice_.between(1, 60), static_cast<std::size_t>(dice_.between(1, 400)));
      kafka_.add_holes(p, dice_.between(0, 20));
    }
  }

  void ingest(Log& log, Partition p, Offset end) {
    for (Offset& from = log.from[static_cast<std::size_t>(p)]; from < end;) {
      const Offset next = dice_.between(from + 1, end);
      const auto batch = kafka_.batch(log.channel, p, from, next);
      shard().deliver(LogAppended{log.channel->id, batch}, batch->bytes());
      ++log.sequence;
      from = next;
    }
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
      log.from = {dice_.between(log.from[0], kafka_.at(0).stable), dice_.between(log.from[1], kafka_.at(1).stable)};
      log.sequence += 5;
      newest.push_back({id, log.from, log.sequence});
    }
    shard().skip_to(std::move(newest));
  }

  // ---- clients

  void come_or_go() {
    if (clients_.size() < 5) return clients_.push_back(std::make_unique<Client>(shard(), kafka_));
    dice_.pick(clients_)->reconnect();
  }

  void subscribe_somebody(const std::string& channel) {
    if (clients_.empty()) return;
    Client& client = *dice_.pick(clients_);
    Client::Chain& chain = client.chains[channel];
    if (chain.state != Client::State::none) return;
    if (!chain.next.empty() && dice_.percent(80)) return client.resume(channel, chain.next, random_end(chain.next));
    const Offset offset = dice_.between(0, kafka_.at(0).stable);
    switch (dice_.between(0, 4)) {
      case 0: return client.subscribe(channel, "\"live\"", {});
      case 1: return client.subscribe(channel, "\"earliest\"", {});
      case 2: return client.subscribe(channel, R"({"last":)" + std::to_string(dice_.between(1, 500)) + "}", {});
      case 3: return client.subscribe(channel, R"({"time":)" + std::to_string(1000 * offset) + "}", {});
      default: return client.resume(channel, {offset, dice_.between(0, kafka_.at(1).stable)}, {});
    }
  }

  std::optional<Offsets> random_end(Offsets next) {
    if (!dice_.one_in(4)) return {};
    for (std::size_t p = 0; p < next.size(); ++p)
      next[p] = std::min(next[p] + dice_.between(0, 200), kafka_.at(static_cast<Partition>(p)).stable);
    return next;
  }

  void unsubscribe_somebody(const std::string& channel) {
    if (clients_.empty()) return;
    Client& client = *dice_.pick(clients_);
    if (client.chains[channel].state != Client::State::none) client.unsubscribe(channel);
  }

  void change_a_socket() {
    if (clients_.empty()) return;
    FakeOutlet& socket = *dice_.pick(clients_)->socket;
    const auto room = static_cast<std::size_t>(dice_.between(0, 30'000));
    if (socket.blocked()) socket.open_up(dice_.one_in(2) ? FakeOutlet::kAll : room);
    else socket.room = room;
  }

  // ---- the end: all that Kafka has is published, all sockets are open

  void finish() {
    for (auto& [id, log] : logs_)
      for (Partition p : {0, 1}) ingest(log, p, kafka_.at(p).stable);
    for (auto& client : clients_) client->socket->open_up();
    settle();
    for (auto& client : clients_) {
      client->read();
      for (const auto& [name, chain] : client->chains) check(chain);
    }
  }

  void check(const Client::Chain& chain) {
    if (chain.state == Client::State::none) return;
    if (chain.state == Client::State::pending) throw Broken("still pending");
    if (chain.to) throw Broken("did not end");
    if (chain.next != Offsets{kafka_.at(0).stable, kafka_.at(1).stable}) throw Broken("did not get to the end");
  }

  Dice dice_;
  std::map<ChannelId, Log> logs_;
  std::vector<std::unique_ptr<Client>> clients_;
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
