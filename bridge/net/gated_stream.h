// A gate as Beast wants its next layer: a small value that refers to it. The gate must outlive it.
#pragma once

#include "net/gate.h"

namespace tailrace {

class GatedStream {
 public:
  using executor_type = Gate::executor_type;

  explicit GatedStream(Gate& gate) : gate_(&gate) {}

  executor_type get_executor() { return gate_->get_executor(); }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return gate_->async_read_some(buffers, std::forward<Token>(token));
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return gate_->async_write_some(buffers, std::forward<Token>(token));
  }

  friend void teardown(boost::beast::role_type, GatedStream& stream, boost::system::error_code& error) {
    error = {};
    stream.gate_->socket().shutdown_write();
  }
  template <class Handler>
  friend void async_teardown(boost::beast::role_type role, GatedStream& stream, Handler&& handler) {
    boost::system::error_code error;
    teardown(role, stream, error);
    boost::asio::post(stream.get_executor(),
                      [handler = std::forward<Handler>(handler), error]() mutable { handler(error); });
  }
  friend void beast_close_socket(GatedStream& stream) { stream.gate_->socket().close(); }

 private:
  Gate* gate_;
};

}  // namespace tailrace
