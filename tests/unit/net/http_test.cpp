#include "web_stage.h"

namespace tailrace {
namespace {

class Http : public WebStage {
 protected:
  // The answer's status, then whether the connection stays.
  std::string ask(Peer& peer, const std::string& bytes) {
    peer.send(bytes);
    const std::string head = head_of(peer);
    return head.empty() ? "nothing"
                        : head.substr(9, 3) + (head.find("Connection: close") == std::string::npos ? "" : " close");
  }
  static std::string get(const std::string& target, const std::string& more = "") {
    return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + more + "\r\n";
  }
};

TEST_F(Http, requests_of_one_connection_are_answered_one_after_the_other) {
  auto peer = dial();
  EXPECT_EQ(ask(*peer, get("/a")), "200");
  EXPECT_EQ(peer->take(), "/a");
  EXPECT_EQ(ask(*peer, get("/bc") + get("/d")), "200");
  run_until([&] { return peer->read(), peer->count() > 0; });
  EXPECT_EQ(peer->take().substr(0, 15), "/bcHTTP/1.1 200");
  EXPECT_EQ(ask(*peer, get("/e", "Connection: close\r\n")), "200 close");
}

TEST_F(Http, headers_that_are_too_large_are_refused) {
  http_.header_bytes = 1000;
  auto fitting = dial(), large = dial(), endless = dial();
  EXPECT_EQ(ask(*fitting, get("/", "X: " + std::string(800, 'x') + "\r\n")), "200");
  EXPECT_EQ(ask(*large, get("/", "X: " + std::string(1200, 'x') + "\r\n")), "431 close");
  EXPECT_EQ(ask(*endless, "GET / HTTP/1.1\r\nX: " + std::string(3000, 'x')), "431 close");
  EXPECT_EQ(text_of(net_.refused), "header_bytes:2");
}

TEST_F(Http, a_target_that_is_too_long_is_refused) {
  http_.target_bytes = 100;
  auto peer = dial();
  EXPECT_EQ(ask(*peer, get("/" + std::string(99, 'x'))), "200");
  peer->take();
  EXPECT_EQ(ask(*peer, get("/" + std::string(100, 'x'))).substr(0, 3), "414");
  EXPECT_EQ(text_of(net_.refused), "target_bytes:1");
}

TEST_F(Http, what_is_no_request_is_refused) {
  for (const char* bytes :
       {"nonsense\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\r\n\r\n", "GET / HTTP/1.1\r\nHost x\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"}) {
    auto peer = dial();
    const std::string status = ask(*peer, bytes);
    EXPECT_EQ(status, "400 close") << bytes;
    run_until([&] { return peer->read(), peer->ended(); });
  }
}

TEST_F(Http, a_request_that_never_ends_is_cut_off_and_counted) {
  http_.header_time = std::chrono::milliseconds(50);
  const auto began = std::chrono::steady_clock::now();
  auto silent = dial(), slow = dial();
  slow->send("GET / HT");
  for (Peer* peer : {silent.get(), slow.get()}) run_until([&] { return peer->read(), peer->ended(); });
  EXPECT_GE(std::chrono::steady_clock::now() - began, http_.header_time);
  run_until([&] { return ended_ == 2; });
  EXPECT_EQ(text_of(net_.refused), "handshake_timeout:2");
}

TEST_F(Http, who_was_answered_and_asks_nothing_more_is_cut_off_without_a_word) {
  http_.header_time = std::chrono::milliseconds(50);
  auto peer = dial();
  EXPECT_EQ(ask(*peer, get("/")), "200");
  run_until([&] { return peer->read(), peer->ended(); });
  EXPECT_EQ(text_of(net_.refused), "");
}

TEST_F(Http, an_upgrade_in_pieces_is_one) {
  auto peer = dial();
  const std::string request =
      "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Protocol: other, tailrace.v1\r\n\r\n";
  for (const char one : request) {
    peer->send({&one, 1});
    poll(shard().io());
  }
  const std::string head = head_of(*peer);
  EXPECT_NE(head.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), std::string::npos) << head;
  EXPECT_NE(head.find("Sec-WebSocket-Protocol: tailrace.v1"), std::string::npos) << head;
  EXPECT_EQ(hear(*peer, "welcome"), "welcome");
}

}  // namespace
}  // namespace tailrace
