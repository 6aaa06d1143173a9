// A shard on the test's own thread, with a fake Kafka behind it: ingest's events are delivered by hand, and settle() runs
// everything that can happen.
#pragma once

#include "shard/fake_archive.h"
#include "shard/fake_outlet.h"
#include "shard/shard.h"
#include "shard/shorten.h"

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <map>

namespace tailrace {

class Stage : public testing::Test {
 protected:
  static ChannelPtr make_channel(ChannelId id, const std::string& name, std::uint32_t epoch = 0xabcd) {
    Channel channel;
    channel.id = id;
    channel.name = channel.topic = name;
    channel.epoch = epoch;
    return std::make_shared<Channel>(channel);
  }

  // ---- ingest's side: the channel `metrics` (id 7), unless another is named
  void open(const Offsets& start) { open(metrics_, start, start); }
  void open(const ChannelPtr& channel, const Offsets& start, const Offsets& live) {
    shard().deliver(LogOpened{channel, start, live}, 0);
    published_ = start;
    settle();
  }
  // What Kafka has of the partition and the log has not, or up to `next`.
  void publish(Partition p, Offset next = kUnknown) {
    Offset& from = published_.at(static_cast<std::size_t>(p));
    if (next == kUnknown) next = kafka_.at(p).stable;
    append(kafka_.batch(metrics_, p, from, next));
    from = next;
  }
  void append(BatchPtr batch, ChannelId channel = 7) {
    shard().deliver(LogAppended{channel, batch}, batch->bytes());
    settle();
  }
  template <class Event>
  void deliver(Event event) {
    shard().deliver(event, 0);
    settle();
  }

  // ---- running
  // Until nothing is left to do but to wait: for Kafka, with `kafka` false, and for timers.
  void settle(bool kafka = true) {
    for (bool busy = true; busy;) {
      busy = poll(shard().io()) + poll(pages_io_) > 0;
      if (kafka) busy = kafka_.answer() > 0 || busy;
      busy = finish_rounds() || busy;
    }
  }
  static std::size_t poll(boost::asio::io_context& io) {
    io.restart();
    return io.poll();
  }

  // Rounds are paced: whoever is ready before the marker has been served when it is.
  bool finish_rounds() {
    struct Marker final : Served {
      void serve() override { served = true; }
      bool served = false;
    } marker;
    const auto before = probe_.sends.load() + probe_.commands.load() + static_cast<std::uint64_t>(pages_probe_.asked);
    shard().rounds().ready(marker);
    shard().io().restart();
    while (!marker.served) shard().io().run_one();
    return probe_.sends.load() + probe_.commands.load() + static_cast<std::uint64_t>(pages_probe_.asked) != before;
  }

  // Runs timers, too, until `done`; a safety net only, far from what it takes.
  void run_until(const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(2);
    while (!done() && std::chrono::steady_clock::now() < deadline) {
      settle();
      if (done()) return;
      shard().io().restart();
      shard().io().run_one_for(std::chrono::milliseconds(5));
    }
    EXPECT_TRUE(done());
  }

  std::unique_ptr<FakeOutlet> connect() {
    auto client = std::make_unique<FakeOutlet>(shard());
    client->frames.clear();
    return client;
  }
  // A connection that subscribed to metrics with id 1; `more` as in R"("from":"earliest")".
  std::unique_ptr<FakeOutlet> subscribe(const std::string& more = "") {
    auto client = connect();
    client->say(R"({"op":"subscribe","id":1,"channel":"metrics")" + (more.empty() ? "" : "," + more) + "}");
    settle();
    return client;
  }

  // The frames since this was last asked (shard/shorten.h).
  static std::string heard(FakeOutlet& client) {
    std::string text;
    for (const std::string& frame : std::exchange(client.frames, {})) text += (text.empty() ? "" : "; ") + shorten_frame(frame);
    return text;
  }

  // Pages that somebody holds beside the cache.
  int pages_in_use() const {
    int count = 0;
    for (const auto& page : kafka_.pages)
      if (page.use_count() > (pages_probe_.bytes > 0 ? 1 : 0)) ++count;
    return count;
  }

  Shard& shard() {
    if (shard_) return *shard_;
    shard_ = std::make_unique<Shard>(options_, expected_, kafka_, pages_, probe_);
    if (topics_known_) shard_->deliver(TopicsKnown{}, 0);
    poll(shard_->io());
    return *shard_;
  }

  void end() { shard_.reset(); }  // with whatever still waits in it

  FakeArchive kafka_{2};
  boost::asio::io_context pages_io_{1};
  PageCacheProbe pages_probe_;
  PageCache pages_{pages_io_, kafka_, 64 << 20, pages_probe_};
  ShardProbe probe_;
  ShardOptions options_;  // as they are when the shard is first used
  std::set<std::string> expected_{"metrics"};
  ChannelPtr metrics_ = make_channel(7, "metrics");
  Offsets published_;
  bool topics_known_ = true;

 private:
  std::unique_ptr<Shard> shard_;
};

}  // namespace tailrace
