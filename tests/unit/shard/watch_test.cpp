#include "shard/watch.h"

#include "shard/stage.h"

namespace tailrace {
namespace {

class Watched : public Stage {
 protected:
  Watched() {
    options_.heartbeat = 40;
    options_.stall_timeout = 200;
  }
  static bool heard_of(const FakeOutlet& client, std::string_view what) {
    return std::ranges::any_of(client.frames, [&](const auto& frame) { return frame.starts_with(what); });
  }
};

TEST_F(Watched, the_quiet_get_heartbeats) {
  auto client = connect();
  run_until([&] { return client->frames.size() >= 2; });
  EXPECT_EQ(heard(*client).substr(0, 20), "heartbeat; heartbeat");
}

TEST_F(Watched, a_full_socket_gets_none) {
  auto clock = connect(), full = connect();
  full->room = 0;
  full->say(R"({"op":"ping"})");
  full->kept.clear();
  run_until([&] { return clock->frames.size() >= 3; });
  EXPECT_TRUE(full->kept.empty());
  EXPECT_FALSE(full->session->has_replies());
}

TEST_F(Watched, who_acknowledges_nothing_for_the_whole_time_is_stalled) {
  const auto began = std::chrono::steady_clock::now();
  auto stalled = connect(), slow = connect(), idle = connect();
  stalled->progress_now.waiting = slow->progress_now.waiting = true;
  slow->acknowledging = true;
  run_until([&] { return stalled->closed(); });
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(200));
  EXPECT_EQ(stalled->close_code, 4408);
  idle->frames.clear();
  run_until([&] { return heard_of(*idle, R"({"heartbeat")"); });  // however long its socket takes to go
  EXPECT_EQ(probe_.stalled, 1u);
  EXPECT_FALSE(slow->closed());
  EXPECT_FALSE(idle->closed());
}

TEST_F(Watched, who_begins_to_wait_has_the_whole_time) {
  auto clock = connect(), client = connect();
  run_until([&] { return clock->frames.size() >= 8; });
  const auto began = std::chrono::steady_clock::now();
  client->progress_now = {5, true};
  run_until([&] { return client->closed(); });
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(200));
}

TEST_F(Watched, a_message_that_does_not_end_ends_the_connection) {
  auto endless = connect(), busy = connect();
  endless->progress_now.message = busy->progress_now.message = 1;
  const auto began = std::chrono::steady_clock::now();
  run_until([&] {
    ++busy->progress_now.message;  // always another one
    return endless->closed();
  });
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(200));
  EXPECT_EQ(endless->close_code, 4408);
  EXPECT_FALSE(busy->closed());
}

TEST_F(Watched, who_went_is_not_looked_at) {
  auto clock = connect();
  connect();
  run_until([&] { return heard_of(*clock, R"({"heartbeat")"); });
  EXPECT_EQ(probe_.sessions, 1u);
}

}  // namespace
}  // namespace tailrace
