#include "shard/shard_pool.h"

#include "shard/fake_archive.h"
#include "shard/fake_outlet.h"
#include "shard/shorten.h"

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <future>

namespace tailrace {
namespace {

// Two shards on threads of their own; Kafka answers at once.
class Pools : public testing::Test {
 protected:
  Pools() {
    kafka_.at_once = true;
    Channel channel;
    channel.id = 7;
    channel.name = channel.topic = "metrics";
    channel.epoch = 0xabcd;
    channel_ = std::make_shared<Channel>(channel);
  }
  ~Pools() override {
    if (pool_) pool_->stop();
    clients_.clear();
  }

  void begin(std::size_t inbox_bytes) {
    ShardPoolOptions options;
    options.shards = 2;
    options.shard.inbox_bytes = inbox_bytes;
    pool_.emplace(options, std::set<std::string>{"metrics"}, kafka_);
    pool_->start();
  }

  // On the shard's thread, and waited for.
  template <class Step>
  auto on(std::size_t shard, Step step) {
    std::packaged_task<decltype(step())()> task(std::move(step));
    auto done = task.get_future();
    boost::asio::post(pool_->shard(shard).io(), [&task] { task(); });
    return done.get();
  }

  // A client of the shard that subscribed, live.
  FakeOutlet& subscribe(std::size_t shard) {
    FakeOutlet& client = *on(shard, [this, shard] {
      clients_.push_back(std::make_unique<FakeOutlet>(pool_->shard(shard)));
      clients_.back()->say(R"({"op":"subscribe","channel":"metrics"})");
      return clients_.back().get();
    });
    heard_until(shard, client, [](const std::string& text) { return text.find("subscribed") != std::string::npos; });
    return client;
  }

  // Its frames, once the last of them ends at `next` of partition 0.
  std::string heard(std::size_t shard, FakeOutlet& client, Offset next) {
    const std::string ending = "-" + std::to_string(next);
    return heard_until(shard, client, [&](const std::string& text) { return text.ends_with(ending); });
  }

  // From `subscribed` on; gives up after minutes.
  template <class Done>
  std::string heard_until(std::size_t shard, FakeOutlet& client, Done done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(2);
    std::string text;
    while (!done(text) && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
      text = on(shard, [&client] {
        std::string all;
        for (const std::string& frame : client.frames) all += (all.empty() ? "" : "; ") + shorten_frame(frame);
        return all;
      });
    }
    return text.substr(std::min(text.size(), text.find("subscribed")));
  }

  // Keeps the shard's thread from its inbox for as long as it lives.
  class Busy {
   public:
    explicit Busy(Shard& shard) {
      boost::asio::post(shard.io(), [this, free = free_.get_future().share()] {
        busy_.set_value();
        free.wait();
      });
      busy_.get_future().wait();
    }
    ~Busy() { free_.set_value(); }

   private:
    std::promise<void> busy_, free_;
  };

  void publish(Offset from, Offset next) {
    kafka_.add(0, next - from);
    pool_->publish(LogAppended{7, kafka_.batch(channel_, 0, from, next)});
  }

  FakeArchive kafka_;
  ChannelPtr channel_;
  std::optional<ShardPool> pool_;
  std::vector<std::unique_ptr<FakeOutlet>> clients_;
};

TEST_F(Pools, every_shard_gets_every_event) {
  begin(1 << 20);
  pool_->publish(LogOpened{channel_, {0}, {0}});
  FakeOutlet& first = subscribe(0);
  FakeOutlet& second = subscribe(1);
  publish(0, 5);
  EXPECT_EQ(heard(0, first, 5), "subscribed 0:0; 0:0-5");
  EXPECT_EQ(heard(1, second, 5), "subscribed 0:0; 0:0-5");
}

TEST_F(Pools, connections_go_round) {
  begin(1 << 20);
  Shard& first = pool_->next();
  EXPECT_NE(&pool_->next(), &first);
  EXPECT_EQ(&pool_->next(), &first);
}

TEST_F(Pools, a_shard_that_overflows_loses_its_inbox_and_no_record) {
  begin(2000);
  pool_->publish(LogOpened{channel_, {0}, {0}});
  FakeOutlet& slow = subscribe(0);
  {
    const Busy busy(pool_->shard(0));
    for (Offset offset = 0; offset < 100; offset += 10) publish(offset, offset + 10);
  }
  const std::string all = heard(0, slow, 100);
  EXPECT_EQ(all, "subscribed 0:0; 0:0-64; 0:64-100");
  EXPECT_GT(pool_->probe(0).inbox_overflows, 0u);
}

TEST_F(Pools, a_shard_that_overflows_disturbs_no_other) {
  begin(2000);
  pool_->publish(LogOpened{channel_, {0}, {0}});
  FakeOutlet& slow = subscribe(0);
  FakeOutlet& quick = subscribe(1);
  {
    const Busy busy(pool_->shard(0));
    for (Offset offset = 0; offset < 100; offset += 10) {
      publish(offset, offset + 10);
      heard(1, quick, offset + 10);
    }
  }
  heard(0, slow, 100);
  EXPECT_GT(pool_->probe(0).inbox_overflows, 0u);
  EXPECT_EQ(pool_->probe(1).inbox_overflows, 0u);
  EXPECT_EQ(heard(1, quick, 100).substr(0, 40), "subscribed 0:0; 0:0-10; 0:10-20; 0:20-30");
}

TEST_F(Pools, what_is_no_data_is_never_lost_to_an_overflow) {
  begin(2000);
  pool_->publish(LogOpened{channel_, {0}, {0}});
  FakeOutlet& slow = subscribe(0);
  {
    const Busy busy(pool_->shard(0));
    for (Offset offset = 0; offset < 100; offset += 10) publish(offset, offset + 10);
    kafka_.partitions.assign(1, {});
    pool_->publish(LogReset{7, "recreated", {0}, {0}});
    for (Offset offset = 0; offset < 60; offset += 10) publish(offset, offset + 10);
  }
  EXPECT_EQ(heard(0, slow, 60), "subscribed 0:0; reset recreated 0:0; 0:0-60");
}

TEST_F(Pools, a_log_goes_on_behind_an_overflow) {
  begin(2000);
  pool_->publish(LogOpened{channel_, {0}, {0}});
  FakeOutlet& client = subscribe(0);
  {
    const Busy busy(pool_->shard(0));
    for (Offset offset = 0; offset < 100; offset += 10) publish(offset, offset + 10);
  }
  heard(0, client, 100);
  publish(100, 103);
  EXPECT_EQ(heard(0, client, 103), "subscribed 0:0; 0:0-64; 0:64-100; 0:100-103");
  pool_->publish(LogTrimmed{7, 11});
  FakeOutlet& later = subscribe(0);
  publish(103, 104);
  EXPECT_EQ(heard(0, later, 104), "subscribed 0:103; 0:103-104");
}

TEST_F(Pools, stops_with_connections_open) {
  begin(1 << 20);
  pool_->publish(LogOpened{channel_, {0}, {0}});
  subscribe(0);
  subscribe(1);
  pool_->stop();
  EXPECT_EQ(pool_->probe(0).sessions, 1u);
  clients_.clear();
  EXPECT_EQ(pool_->probe(0).sessions, 0u);
  EXPECT_EQ(pool_->probe(1).sessions, 0u);
}

}  // namespace
}  // namespace tailrace
