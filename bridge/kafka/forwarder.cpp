#include "kafka/forwarder.h"

#include "base/error.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <memory>
#include <system_error>

namespace tailrace {
namespace {

using boost::asio::ip::tcp;
using ErrorCode = boost::system::error_code;

// A client and its connection to the target. Each direction keeps it alive while it runs; either's end ends both.
class Pair : public std::enable_shared_from_this<Pair> {
 public:
  explicit Pair(tcp::socket client) : client_(std::move(client)), target_(client_.get_executor()) {}

  void run(const tcp::endpoint& target) {
    target_.async_connect(target, [self = shared_from_this()](ErrorCode error) {
      if (error) return;
      self->copy(self->client_, self->target_, self->upward_);
      self->copy(self->target_, self->client_, self->downward_);
    });
  }

 private:
  using Buffer = std::array<char, 16 << 10>;

  void copy(tcp::socket& from, tcp::socket& to, Buffer& buffer) {
    from.async_read_some(boost::asio::buffer(buffer),
                         [self = shared_from_this(), &from, &to, &buffer](ErrorCode error, std::size_t size) {
                           if (error) return self->close();
                           self->pass(from, to, buffer, size);
                         });
  }

  void pass(tcp::socket& from, tcp::socket& to, Buffer& buffer, std::size_t size) {
    boost::asio::async_write(to, boost::asio::buffer(buffer, size),
                             [self = shared_from_this(), &from, &to, &buffer](ErrorCode error, std::size_t) {
                               if (error) return self->close();
                               self->copy(from, to, buffer);
                             });
  }

  void close() {
    ErrorCode ignored;
    client_.close(ignored);
    target_.close(ignored);
  }

  tcp::socket client_;
  tcp::socket target_;
  Buffer upward_;
  Buffer downward_;
};

tcp::acceptor listen(boost::asio::io_context& context, std::uint16_t port) {
  try {
    return tcp::acceptor(context, {boost::asio::ip::address_v4::loopback(), port});
  } catch (const boost::system::system_error& error) {
    throw std::system_error(error.code(), "127.0.0.1:" + std::to_string(port));
  }
}

}  // namespace

Forwarder::Forwarder(std::uint16_t port, tcp::endpoint target)
    : acceptor_(listen(context_, port)), target_(std::move(target)) {
  accept();
  thread_ = std::jthread([this] { context_.run(); });
}

Forwarder::~Forwarder() { context_.stop(); }

void Forwarder::accept() {
  acceptor_.async_accept([this](ErrorCode error, tcp::socket client) {
    if (!error) std::make_shared<Pair>(std::move(client))->run(target_);
    if (error != boost::asio::error::operation_aborted) accept();
  });
}

}  // namespace tailrace
