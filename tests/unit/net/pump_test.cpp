#include "net/pump.h"

#include "peer.h"
#include "shard/stage.h"

namespace tailrace {
namespace {

// A session whose outlet is a pump over a real socket.
class Pumped final : public Outlet {
 public:
  Pumped(Shard& shard, Peer& client, PumpLimits limits)
      : gate(std::make_shared<Gate>(client.accepted(shard.io()))),
        session(std::make_shared<Session>(shard, *this, "name", "peer")),
        pump_(*gate, *session, limits) {
    gate->guard(gate);
    gate->upgrade([this] { session->writable(); }, [] {});
    session->open();
  }
  ~Pumped() override { session->close(); }

  // ---- Outlet
  void serve() override {
    const auto before = session->summary().sent_bytes;
    pump_.serve();
    served.push_back(session->summary().sent_bytes - before);
    most_kept = std::max(most_kept, gate->kept_bytes());
  }
  void nudge() override { pump_.nudge(); }
  bool blocked() const override { return gate->blocked() || gate->ended(); }
  void close(std::uint16_t, std::string) override {}
  void abort() override {}
  Progress progress() override { return {}; }

  std::vector<std::uint64_t> served;  // bytes, by turn
  std::size_t most_kept = 0;
  std::shared_ptr<Gate> gate;
  std::shared_ptr<Session> session;

 private:
  Pump pump_;
};

class PumpOf : public Stage {
 protected:
  struct Client {
    Peer peer;
    std::unique_ptr<Pumped> end;
    std::string heard;  // frames in short

    Client(Shard& shard, int receive_buffer, PumpLimits limits)
        : peer(receive_buffer), end(std::make_unique<Pumped>(shard, peer, limits)) {}
    void say(std::string_view message) const { end->session->receive(message); }
    void read(std::size_t most = FakeOutlet::kAll) {
      peer.read(most);
      for (const std::string& frame : peer.frames()) heard += (heard.empty() ? "" : "; ") + shorten_frame(frame);
    }
  };

  std::unique_ptr<Client> connect(const std::string& from = "live", int receive_buffer = 0) {
    auto client = std::make_unique<Client>(shard(), receive_buffer, limits_);
    client->say(R"({"op":"subscribe","channel":"metrics","from":")" + from + R"("})");
    settle();
    client->read();
    client->heard.clear();
    client->end->served.clear();
    return client;
  }
  // `count` records into the partition, in batches of `each`, delivered at once and not served yet.
  void publish_later(Partition p, int count, int each, std::size_t size) {
    for (; count > 0; count -= each) {
      kafka_.add(p, each, size);
      const Offset from = std::exchange(published_.at(static_cast<std::size_t>(p)), kafka_.at(p).stable);
      const auto batch = kafka_.batch(metrics_, p, from, kafka_.at(p).stable);
      shard().deliver(LogAppended{7, batch}, batch->bytes());
    }
  }

  PumpLimits limits_{4 << 10, 16 << 10};
};

TEST_F(PumpOf, a_session_with_much_to_send_does_not_hold_up_another) {
  open({0, 0});
  auto one = connect(), other = connect();
  publish_later(0, 400, 1, 1000);
  for (std::size_t one_has = 0, other_has = 0; other_has < 400'000;) {
    ASSERT_LT(std::max(one_has, other_has) - std::min(one_has, other_has), (16u << 10) + (4u << 10) + 1100u);
    shard().io().restart();
    shard().io().run_one_for(std::chrono::milliseconds(5));
    one->peer.read();
    other->peer.read();
    one_has = one->end->session->summary().sent_bytes;
    other_has = other->end->session->summary().sent_bytes;
  }
  EXPECT_GT(one->end->served.size(), 400'000u / (16 << 10) / 2);
}

TEST_F(PumpOf, what_a_full_socket_does_not_take_stays_with_the_log) {
  limits_ = {};
  open({0, 0});
  auto client = connect("live", 4096);
  publish_later(0, 1000, 1, 1000);
  settle();
  ASSERT_TRUE(client->end->blocked());
  EXPECT_LT(client->end->most_kept, 1100u);
  const auto turns = client->end->served.size();
  publish_later(0, 100, 1, 1000);
  settle();
  EXPECT_EQ(client->end->served.size(), turns) << "nobody asks a full socket";
}

// Pages can't take back: what one write began is kept, and no more of them is read.
TEST_F(PumpOf, of_pages_one_write_is_kept) {
  limits_ = {};
  kafka_.add(0, 4096, 100);
  open(metrics_, {4096, 0}, {4096, 0});
  auto client = connect("earliest", 4096);
  ASSERT_TRUE(client->end->blocked());
  EXPECT_LE(client->end->most_kept, (64u << 10) + (10u << 10)) << "a write, and the frame that passed its size";
  EXPECT_EQ(pages_in_use(), 0) << "a stalled client holds no page";
  run_until([&] { return client->read(), client->heard.ends_with("-4096"); });
  std::string expected;
  for (Offset from = std::stoll(client->heard.substr(2)); from < 4096; from += 64)
    expected += (expected.empty() ? "0:" : "; 0:") + std::to_string(from) + "-" + std::to_string(from + 64);
  EXPECT_EQ(client->heard, expected);
}

// Whatever the socket takes, at whatever place it stops: the bytes are the log's.
TEST_F(PumpOf, a_socket_that_is_full_again_and_again_gets_every_frame_once_and_in_order) {
  limits_ = {};
  open({0, 0});
  auto client = connect("live", 4096);
  client->peer.take();
  std::string expected;
  for (int i = 0; i < 300; ++i) {
    const auto p = static_cast<Partition>(i % 2);
    const Offset from = published_.at(static_cast<std::size_t>(p));
    publish_later(p, 1, 1, static_cast<std::size_t>(2 + i * 37 % 4000));
    expected += kafka_.batch(metrics_, p, from, from + 1)->frame;
  }
  settle();
  ASSERT_TRUE(client->end->blocked());
  for (std::size_t bites = 1; client->peer.count() < expected.size(); ++bites) {
    client->peer.read(1 + bites * 977 % 9000);
    settle();
    ASSERT_LT(bites, 1'000'000u);
  }
  EXPECT_TRUE(client->peer.take() == expected);
}

TEST_F(PumpOf, what_is_taken_back_counts_when_it_is_sent) {
  limits_ = {};
  open({0, 0});
  auto client = connect("live", 4096);
  publish_later(0, 500, 1, 1000);
  append(make_gap(*metrics_, {1, 0, 5}, "expired"));
  publish_later(0, 500, 1, 1000);
  settle();
  ASSERT_TRUE(client->end->blocked());
  run_until([&] { return client->read(2000), client->heard.ends_with("0:999-1000"); });
  EXPECT_EQ(probe_.updates, 1000u);
  EXPECT_EQ(probe_.gaps.all().at("expired"), 1u);
}

TEST_F(PumpOf, replies_go_before_the_data_that_waits_and_never_within_a_frame) {
  open({0, 0});
  auto client = connect("live", 4096);
  publish_later(0, 600, 1, 1000);
  settle();
  ASSERT_TRUE(client->end->blocked());
  client->say(R"({"op":"ping","id":7})");
  const auto sent = client->end->session->summary().sent_bytes + client->end->gate->kept_bytes();
  run_until([&] { return client->read(), client->heard.ends_with("0:599-600"); });
  const auto before = client->heard.substr(0, client->heard.find("pong#7"));
  const auto frames = static_cast<std::uint64_t>(std::ranges::count(before, ';'));
  EXPECT_GT(frames, 0u);
  EXPECT_LE(frames * 1000, sent) << "the reply went as soon as the frame under way had ended";
}

// Another session's turn is under way, and this one's data waits for its own.
TEST_F(PumpOf, replies_wait_for_no_round) {
  struct Busy final : Served {
    void serve() override { during(); }
    std::function<void()> during;
  } busy;
  open({0, 0});
  auto client = connect();
  busy.during = [&] {
    client->say(R"({"op":"ping","id":7})");
    client->read();
  };
  shard().rounds().ready(busy);
  publish_later(0, 1, 1, 10);
  poll(shard().io());
  settle();
  EXPECT_EQ(client->heard, "pong#7");
  client->read();
  EXPECT_EQ(client->heard, "pong#7; 0:0-1");
}

TEST_F(PumpOf, replies_that_arise_while_it_is_served_come_after_what_is_being_served) {
  open({0, 0});
  kafka_.add(0, 3);
  publish(0);
  auto client = std::make_unique<Client>(shard(), 0, limits_);
  client->say(
      R"({"op":"subscribe","id":1,"channel":"metrics","from":"earliest","to":{"position":"v1.0000abcd.0:3,1:0"}})");
  settle();
  client->read();
  EXPECT_EQ(client->heard, "welcome; subscribed#1 0:0,1:0; 0:0-3; ended 0:3,1:0");
}

}  // namespace
}  // namespace tailrace
