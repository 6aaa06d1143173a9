#include "web_stage.h"

namespace tailrace {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

class WebSocketOf : public WebStage {
 protected:
  WebSocketOf() { options_.heartbeat = 3'600'000; }

  std::unique_ptr<Peer> stalled() {
    open({0, 0});
    auto client = subscribe(4096);
    publish_much();
    EXPECT_TRUE(session().outlet().blocked());
    return client;
  }
};

TEST_F(WebSocketOf, pongs_and_replies_pass_the_data_that_waits) {
  auto client = stalled();
  client->send(client_frame(9, "hi"));
  say(*client, R"({"op":"ping","id":7})");
  const std::string before = hear(*client, "pong#7");
  EXPECT_NE(before.find("; pong hi; "), std::string::npos);
  EXPECT_EQ(before.find("0:599-600"), std::string::npos);
  EXPECT_TRUE(hear(*client, "0:599-600").ends_with("0:599-600"));
}

TEST_F(WebSocketOf, who_acknowledges_nothing_for_the_stall_timeout_is_closed) {
  options_.stall_timeout = 200;
  const auto began = Clock::now();  // its last acknowledgement comes later
  auto client = stalled();
  run_until([&] { return probe_.stalled > 0; });
  EXPECT_GE(Clock::now() - began, milliseconds(200));
  EXPECT_TRUE(hear(*client, "close").ends_with("close 4408 stalled"));
}

TEST_F(WebSocketOf, a_message_that_does_not_end_is_not_held_for_ever) {
  options_.stall_timeout = 200;
  open({0, 0});
  auto client = subscribe(4096);
  say(*client, R"({"op":"ping","id":7})");  // whole ones may take their time
  EXPECT_TRUE(hear(*client, "pong#7").ends_with("pong#7"));
  std::string fragment = client_frame(1, R"({"op":)");
  fragment[0] = static_cast<char>(fragment[0] & 0x7f);  // not the last
  client->send(fragment);
  EXPECT_TRUE(hear(*client, "close").ends_with("close 4408 a message that does not end"));
  EXPECT_EQ(probe_.stalled, 1u);
}

// So few bytes that the bridge can't write meanwhile: what counts is what the client's side acknowledged.
TEST_F(WebSocketOf, who_acknowledges_a_few_bytes_now_and_then_is_not_stalled) {
  options_.stall_timeout = 1500;
  auto client = stalled();
  const auto written = session().summary().sent_bytes;
  auto last = Clock::now();
  for (int bites = 0; bites < 6; ++bites) {
    const auto acknowledged = session().outlet().progress().acknowledged;
    while (session().outlet().progress().acknowledged == acknowledged && client->read(512) > 0) {
    }
    for (last = Clock::now(); Clock::now() - last < milliseconds(300);) {
      shard().io().restart();
      shard().io().run_one_for(milliseconds(5));
    }
    ASSERT_EQ(probe_.stalled, 0u) << bites;
  }
  EXPECT_EQ(session().summary().sent_bytes, written);
  run_until([&] { return probe_.stalled > 0; });
  EXPECT_GE(Clock::now() - last, milliseconds(1500));
}

TEST_F(WebSocketOf, who_has_nothing_to_acknowledge_is_not_stalled) {
  options_.stall_timeout = 50;
  auto client = connect();
  const auto began = Clock::now();
  run_until([&] { return Clock::now() - began > milliseconds(250); });
  EXPECT_EQ(probe_.stalled, 0u);
}

// ---- the end

TEST_F(WebSocketOf, who_answers_a_close_frame_ends_in_good_order) {
  auto client = connect();
  session().drain(0);
  EXPECT_EQ(hear(*client, "close"), "closing draining; close 1012 draining");
  client->send(client_frame(8, "\x03\xf4"));
  run_until([&] { return client->read(), client->ended(); });
  EXPECT_FALSE(client->was_reset());
  run_until([&] { return ended_ == 1; });
  EXPECT_EQ(text_of(net_.closed), "1012:1");
  EXPECT_EQ(probe_.sessions, 0u);
}

TEST_F(WebSocketOf, who_never_answers_a_close_frame_is_reset_in_time) {
  options_.close_within = 100;
  auto client = connect();
  const auto began = Clock::now();
  session().drain(0);
  EXPECT_EQ(hear(*client, "close"), "closing draining; close 1012 draining");
  run_until([&] { return client->read(), client->ended(); });
  EXPECT_TRUE(client->was_reset());
  EXPECT_GE(Clock::now() - began, milliseconds(100));
  run_until([&] { return ended_ == 1; });
  EXPECT_EQ(text_of(net_.closed), "1012:1");
}

TEST_F(WebSocketOf, whose_frame_under_way_does_not_end_is_reset_in_time) {
  options_.close_within = 100;
  auto client = stalled();
  session().drain(0);
  run_until([&] { return ended_ == 1; });
  while (client->read() > 0) {
  }
  EXPECT_TRUE(client->was_reset());
  EXPECT_EQ(probe_.sessions, 0u);
}

TEST_F(WebSocketOf, after_a_close_frame_comes_no_data) {
  auto client = stalled();
  session().drain(0);
  const std::string heard = hear(*client, "close");
  EXPECT_TRUE(heard.ends_with("; close 1012 draining"));
  EXPECT_EQ(heard.find("0:599-600"), std::string::npos);
}

// Beast answers by itself: with a close frame, which waits for the frame under way.
TEST_F(WebSocketOf, a_client_that_closes_and_does_not_read_is_reset_in_time) {
  options_.close_within = 100;
  auto client = stalled();
  client->send(client_frame(8, "\x03\xe8"));
  run_until([&] { return ended_ == 1; });
  EXPECT_EQ(text_of(net_.closed), "1006:1");
}

TEST_F(WebSocketOf, a_client_that_breaks_the_rules_and_does_not_read_is_reset_in_time) {
  options_.close_within = 100;
  auto client = stalled();
  client->send(client_frame(1, "\xff\xff"));
  run_until([&] { return ended_ == 1; });
  EXPECT_EQ(text_of(net_.closed), "1006:1");
}

TEST_F(WebSocketOf, a_client_that_is_cut_off_leaves_nothing_behind) {
  auto client = stalled();
  client->cut();
  run_until([&] { return ended_ == 1; });
  EXPECT_EQ(text_of(net_.closed), "1006:1");
  EXPECT_EQ(probe_.sessions, 0u);
}

}  // namespace
}  // namespace tailrace
