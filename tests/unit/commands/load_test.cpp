// A load client against bytes: what counts as lost, twice, clean.
#include "commands/load_client.h"
#include "commands/load_report.h"

#include "wire/websocket_frame.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tailrace {
namespace {

// A client whose other end nobody reads: it stands, and takes what it is given.
class LoadClientTest : public testing::Test {
 protected:
  LoadClientTest() {
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof where;
    bind(listener_, reinterpret_cast<sockaddr*>(&where), size);
    listen(listener_, 1);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&where), &size);
    BridgeUrl url;
    url.host = "127.0.0.1";
    url.port = std::to_string(ntohs(where.sin_port));
    shared_.channel = "m";
    shared_.prefix = data_prefix("m");
    shared_.from = "\"live\"";
    shared_.now = 1000;
    EXPECT_TRUE(client_.dial(Destination(url)));
    peer_ = accept(listener_, nullptr, nullptr);
    client_.writable();
    client_.read("HTTP/1.1 101 Switching Protocols\r\n\r\n");
  }
  ~LoadClientTest() override {
    close(peer_);
    close(listener_);
  }

  void say(const std::string& text) { client_.read(text_frame(text)); }
  void subscribed(const std::string& position, const std::string& head) {
    say(R"({"subscribed":{"channel":"m","position":")" + position + R"(","head":")" + head + R"("},"id":1})");
  }
  void batch(int from, int next, const std::string& updates) {
    say(R"({"ch":"m","p":0,"from":)" + std::to_string(from) + R"(,"next":)" + std::to_string(next) +
        R"(,"fp":"00000000","u":[)" + updates + "]}");
  }
  static std::string update(int offset, int counter, Millis time = 990) {
    return R"({"o":)" + std::to_string(offset) + R"(,"t":)" + std::to_string(time) + R"(,"k":"a","v":{"n":)" +
           std::to_string(counter) + "}}";
  }
  const LoadTally& tally() const { return shared_.tally; }

  LoadShared shared_;
  LoadClient client_{shared_};
  int listener_ = -1;
  int peer_ = -1;
};

TEST_F(LoadClientTest, a_good_stream_is_clean) {
  subscribed("v1.00000001.0:5", "v1.00000001.0:5");
  EXPECT_EQ(client_.state(), LoadClient::State::standing);
  EXPECT_TRUE(client_.live());
  batch(5, 8, update(5, 0) + "," + update(7, 1));
  say(R"({"ch":"m","cover":[[0,8,10]]})");
  batch(10, 11, update(10, 2));
  EXPECT_EQ(tally().updates, 3u);
  EXPECT_EQ(tally().counters_checked, 2u);
  EXPECT_EQ(tally().latency.at(0.5), 10);
  EXPECT_TRUE(tally().clean());
}

TEST_F(LoadClientTest, a_hole_in_the_chain_is_lost) {
  subscribed("v1.00000001.0:5", "v1.00000001.0:5");
  batch(8, 9, update(8, 0));
  EXPECT_EQ(tally().lost, 3u);
}

TEST_F(LoadClientTest, what_comes_again_is_twice) {
  subscribed("v1.00000001.0:5", "v1.00000001.0:5");
  batch(5, 7, update(5, 0) + "," + update(6, 1));
  batch(5, 7, update(6, 1));
  EXPECT_EQ(tally().repeated, 1u);
  EXPECT_EQ(tally().counters_repeated, 1u);
}

TEST_F(LoadClientTest, updates_that_do_not_ascend_are_twice) {
  subscribed("v1.00000001.0:5", "v1.00000001.0:5");
  batch(5, 9, update(7, 0) + "," + update(6, 1));
  EXPECT_EQ(tally().repeated, 1u);
}

TEST_F(LoadClientTest, a_record_left_out_behind_a_good_chain_is_found_by_its_counter) {
  subscribed("v1.00000001.0:5", "v1.00000001.0:5");
  batch(5, 8, update(5, 0) + "," + update(7, 2));
  EXPECT_EQ(tally().lost, 0u);
  EXPECT_EQ(tally().counters_lost, 1u);
  EXPECT_FALSE(tally().clean());
}

TEST_F(LoadClientTest, a_gap_is_told_and_not_lost) {
  subscribed("v1.00000001.0:5", "v1.00000001.0:500");
  EXPECT_FALSE(client_.live());
  say(R"({"ch":"m","p":0,"gap":{"from":5,"next":500,"reason":"expired"}})");
  batch(500, 501, update(500, 77));
  EXPECT_EQ(tally().gap_offsets, 495u);
  EXPECT_TRUE(client_.live());
  EXPECT_TRUE(tally().clean());
}

TEST_F(LoadClientTest, a_refusal_is_counted_by_its_code) {
  say(R"({"error":{"code":"channel_unavailable","message":"m","retry":false},"id":1})");
  EXPECT_EQ(client_.state(), LoadClient::State::refused);
  EXPECT_EQ(tally().refusals.at("channel_unavailable"), 1u);
}

TEST(LatencyCounts, give_percentiles_to_the_millisecond) {
  LatencyCounts counts;
  EXPECT_EQ(counts.at(0.5), 0);
  for (int i = 1; i <= 100; ++i) counts.add(i);
  EXPECT_EQ(counts.at(0.5), 51);
  EXPECT_EQ(counts.at(0.99), 100);
  EXPECT_EQ(counts.at(1), 100);
  counts.add(1'000'000);
  EXPECT_EQ(counts.at(1), 60'000);
}

}  // namespace
}  // namespace tailrace
