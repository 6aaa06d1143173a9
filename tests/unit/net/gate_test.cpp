#include "net/gate.h"

#include "peer.h"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>

namespace tailrace {
namespace {

class GateOf : public testing::Test {
 protected:
  GateOf() { gate_->guard(gate_); }

  void upgrade() {
    gate_->upgrade([this] { ++writable_; }, [this] { ++closing_; });
  }
  void run_until(const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(2);
    while (!done() && std::chrono::steady_clock::now() < deadline) {
      io_.restart();
      io_.run_one_for(std::chrono::milliseconds(5));
    }
    ASSERT_TRUE(done());
  }

  static Piece piece(char name, std::size_t size) {
    auto held = std::make_shared<const std::string>(size, name);
    return {*held, held, nullptr, true, 0};
  }
  // Writes such pieces until the socket is full; all that was begun, as bytes.
  std::string fill(std::size_t size) {
    std::string begun;
    while (!gate_->blocked()) {
      const std::vector<Piece> pieces(8, piece(static_cast<char>('a' + begun.size() / size % 26), size));
      begun.append(gate_->write(pieces) * size, pieces[0].bytes[0]);
      last_ = pieces[0].bytes[0];
    }
    return begun;
  }
  // What Beast writes.
  void put(const std::string& bytes) {
    gate_->async_write_some(boost::asio::buffer(bytes), [this](boost::system::error_code error, std::size_t size) {
      put_ = error ? error.message() : std::to_string(size);
    });
  }
  int option(int name) const {
    int value = 0;
    socklen_t size = sizeof value;
    EXPECT_EQ(::getsockopt(client_.bridge_end(), IPPROTO_TCP, name, &value, &size), 0);
    return value;
  }

  const std::string close_frame_{"\x88\x02\x03\xe8", 4}, pong_frame_{"\x8a\x02hi", 4};
  boost::asio::io_context io_{1};
  Peer client_{4096};
  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>(client_.accepted(io_));
  char last_ = 0;
  int writable_ = 0;
  int closing_ = 0;
  std::string put_ = "under way";
};

TEST_F(GateOf, an_accepted_socket_keeps_little_that_is_not_sent_and_sends_it_at_once) {
  EXPECT_GE(option(TCP_NOTSENT_LOWAT), 64 << 10);
  EXPECT_LE(option(TCP_NOTSENT_LOWAT), 128 << 10);
  EXPECT_EQ(option(TCP_NODELAY), 1);
}

TEST_F(GateOf, a_client_that_does_not_read_holds_no_megabytes_in_the_kernel) {
  fill(16 << 10);
  int unsent = 0;
  ASSERT_EQ(::ioctl(client_.bridge_end(), SIOCOUTQNSD, &unsent), 0);
  EXPECT_GT(unsent, 0);
  EXPECT_LE(unsent, 256 << 10);
}

TEST_F(GateOf, a_full_socket_leaves_the_gate_the_rest_of_one_frame_and_nothing_more) {
  constexpr std::size_t kSize = 16 << 10;
  const std::string begun = fill(kSize);
  EXPECT_LT(gate_->kept_bytes(), kSize);
  EXPECT_FALSE(gate_->flush());
  run_until([&] { return client_.read() == 0 && client_.count() == begun.size(); });
  EXPECT_EQ(client_.take(), begun);
  EXPECT_EQ(gate_->kept_bytes(), 0u);
  EXPECT_FALSE(gate_->blocked());
}

TEST_F(GateOf, says_that_it_is_writable_once_nothing_is_left_to_write) {
  upgrade();
  const std::string begun = fill(16 << 10);
  gate_->keep(piece('Z', 100));
  EXPECT_EQ(writable_, 0);
  run_until([&] { return client_.read(), writable_ > 0; });
  EXPECT_EQ(writable_, 1);
  EXPECT_EQ(gate_->kept_bytes(), 0u);
  run_until([&] { return client_.read(), client_.count() == begun.size() + 100; });
}

TEST_F(GateOf, a_control_frame_goes_out_at_the_next_frame_boundary_before_what_was_kept) {
  upgrade();
  std::string expected = fill(10'000);
  gate_->keep(piece('Z', 100));
  put(pong_frame_);
  EXPECT_EQ(put_, "under way");
  expected += pong_frame_ + std::string(100, 'Z');
  run_until([&] { return client_.read(), client_.count() == expected.size(); });
  EXPECT_EQ(client_.take(), expected);
  run_until([&] { return put_ == "4"; });
}

TEST_F(GateOf, a_control_frame_goes_out_at_once_where_nothing_is_in_the_way) {
  upgrade();
  put(pong_frame_);
  client_.read();
  EXPECT_EQ(client_.take(), pong_frame_);
}

TEST_F(GateOf, a_close_frame_ends_the_data) {
  upgrade();
  const std::string begun = fill(10'000);
  gate_->keep(piece('Z', 100));
  put(close_frame_);
  EXPECT_TRUE(gate_->closing());
  EXPECT_EQ(closing_, 1);
  EXPECT_FALSE(gate_->ended());
  run_until([&] { return client_.read(), put_ == "4"; });
  EXPECT_TRUE(gate_->ended());
  EXPECT_FALSE(gate_->flush());
  client_.read();
  EXPECT_EQ(client_.take(), begun + close_frame_);
  put(pong_frame_);
  run_until([&] { return put_ != "4"; });
  EXPECT_EQ(put_, "Broken pipe");
}

// The first byte of an HTTP answer would be a close frame's.
TEST_F(GateOf, an_answer_to_a_request_ends_nothing) {
  put("HTTP/1.1 200 OK\r\n\r\n");
  EXPECT_FALSE(gate_->ended());
  EXPECT_FALSE(gate_->closing());
  put("HTTP/1.1 204 No Content\r\n\r\n");
  client_.read();
  EXPECT_EQ(client_.head(), "HTTP/1.1 200 OK");
  EXPECT_EQ(client_.head(), "HTTP/1.1 204 No Content");
}

TEST_F(GateOf, a_client_that_has_gone_ends_the_gate_and_all_who_wait_for_it) {
  upgrade();
  fill(10'000);
  put(pong_frame_);
  client_.cut();
  run_until([&] { return writable_ > 0 && put_ != "under way"; });
  EXPECT_TRUE(gate_->ended());
  EXPECT_EQ(put_, "Broken pipe");
  EXPECT_EQ(gate_->kept_bytes(), 0u);
  EXPECT_FALSE(gate_->socket().is_open());
}

TEST_F(GateOf, an_owner_that_has_gone_is_not_called) {
  upgrade();
  fill(10'000);
  gate_.reset();
  client_.read();
  io_.restart();
  io_.run();  // ends: nothing waits any more
  EXPECT_EQ(writable_, 0);
}

}  // namespace
}  // namespace tailrace
