// One connection's socket, whatever carries it: TCP over IPv4 or IPv6, or a Unix socket. The one place that knows how bytes
// get in and out, so that TLS is a second branch here and nowhere else. Lives on its shard's thread.
#pragma once

#include "base/error.h"

#include <boost/asio/generic/stream_protocol.hpp>

#include <cstdint>
#include <string_view>
#include <sys/uio.h>
#include <vector>

namespace tailrace {

class Socket {
 public:
  using Stream = boost::asio::generic::stream_protocol::socket;
  using executor_type = Stream::executor_type;

  explicit Socket(Stream stream);

  executor_type get_executor() { return stream_.get_executor(); }

  // Writes what the kernel takes now: bytes written, 0 where it would block, -1 where the connection is gone.
  std::ptrdiff_t write_now(const std::vector<iovec>& parts);
  std::uint64_t written() const { return written_; }
  std::uint64_t unacknowledged() const;

  template <class Handler>
  void wait_writable(Handler&& handler) {
    stream_.async_wait(Stream::wait_write, std::forward<Handler>(handler));
  }
  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return stream_.async_read_some(buffers, std::forward<Token>(token));
  }

  void shutdown_write();
  void close();
  void reset();  // the other side sees an RST
  bool is_open() const { return stream_.is_open(); }

 private:
  Stream stream_;
  std::uint64_t written_ = 0;
};

}  // namespace tailrace
