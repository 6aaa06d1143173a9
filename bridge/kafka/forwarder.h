// Forwards TCP connections from one local address to another, byte by byte. Lives on a thread of its own.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <thread>

namespace tailrace {

class Forwarder {
 public:
  // Port 0 takes a free one. Throws std::system_error where the port can't be had.
  Forwarder(std::uint16_t port, boost::asio::ip::tcp::endpoint target);
  ~Forwarder();

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  void accept();

  boost::asio::io_context context_{1};
  boost::asio::ip::tcp::acceptor acceptor_;
  const boost::asio::ip::tcp::endpoint target_;
  std::jthread thread_;
};

}  // namespace tailrace
