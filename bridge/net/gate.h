// The one way to a socket's write side: it never splits a frame. Data goes through as prepared pieces; what Beast writes
// (HTTP answers, pong, close) is copied into a slot and goes out at the next frame boundary, before data. For Beast it
// is the next layer (gated_stream.h). Lives on its shard's thread.
//
//   session ─ pieces ─► write() ─┐
//                                ├─► [rest of the frame under way][slot][kept pieces] ─► socket
//   Beast ── async_write_some ───┘
#pragma once

#include "net/socket.h"
#include "shard/outlet.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/role.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <span>

namespace tailrace {

class Gate {
 public:
  using executor_type = Socket::executor_type;

  explicit Gate(Socket::Stream stream) : socket_(std::move(stream)) {}

  // From here on the bytes are WebSocket frames: a close among them ends the data. `on_writable` is called when a
  // blocked gate has nothing left to write, and when it has failed; `on_closing` when a close frame waits or was written.
  void upgrade(std::function<void()> on_writable, std::function<void()> on_closing) {
    upgraded_ = true;
    on_writable_ = std::move(on_writable);
    on_closing_ = std::move(on_closing);
  }
  // How long handlers keep the owner alive; set once the owner is a shared pointer.
  void guard(std::weak_ptr<void> owner) { owner_ = std::move(owner); }

  // ---- data
  // Writes pieces and says how many were written or begun; the rest is the caller's to keep() or take back.
  // Only at a frame boundary: flush() first.
  std::size_t write(std::span<const Piece> pieces);
  void keep(Piece piece) { rest_.push_back(std::move(piece)); }
  bool flush();  // true: at a frame boundary, nothing waits
  bool blocked() const { return blocked_; }
  bool ended() const { return ended_; }  // a close frame was written, or the connection failed: no more data
  bool closing() const { return slot_closes_; }
  std::size_t kept_bytes() const;

  // ---- Beast's next layer
  executor_type get_executor() { return socket_.get_executor(); }
  Socket& socket() { return socket_; }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return socket_.async_read_some(buffers, std::forward<Token>(token));
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [this](auto handler, const Buffers& from) {
          std::string bytes(boost::asio::buffer_size(from), '\0');
          boost::asio::buffer_copy(boost::asio::buffer(bytes), from);
          using Handler = decltype(handler);
          const auto shared = std::make_shared<Handler>(std::move(handler));
          put(std::move(bytes), [this, shared](boost::system::error_code error, std::size_t size) {
            const auto executor = boost::asio::get_associated_executor(*shared, get_executor());
            boost::asio::post(executor, [shared, error, size] { (*shared)(error, size); });
          });
        },
        token, buffers);
  }

 private:
  using Done = std::function<void(boost::system::error_code, std::size_t)>;

  void put(std::string bytes, Done done);
  bool write_rest();
  bool write_slot();
  void wait();
  void fail();
  void finish_slot(boost::system::error_code error);

  Socket socket_;
  std::function<void()> on_writable_;
  std::function<void()> on_closing_;
  std::weak_ptr<void> owner_;
  std::deque<Piece> rest_;  // the frame under way, and what could not be taken back
  bool under_way_ = false;  // the first of rest_ has begun
  std::string slot_;
  std::size_t slot_sent_ = 0;
  bool slot_closes_ = false;
  Done slot_done_;
  bool blocked_ = false;
  bool ended_ = false;
  bool upgraded_ = false;
  std::vector<iovec> parts_;
};

}  // namespace tailrace
