// Accepts connections and hands them to shards, round-robin. Keeps the limits on how many there may be, in all and per
// address. Runs on an io_context of its own (the main thread's); a place in the limits comes back from any thread.
#pragma once

#include "base/quota.h"
#include "config/address.h"
#include "net/http.h"
#include "shard/shard_pool.h"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>


namespace tailrace {

struct ConnectionLimits {
  std::size_t total = 15'000;
  std::size_t per_address = 1'000;
};

class Listener {
 public:
  using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

  // Throws std::system_error where it can't listen. The pool, site and probe must outlive it; `io` runs on one thread.
  Listener(boost::asio::io_context& io, const ListenAddress& address, ConnectionLimits connections, HttpLimits http, Site site,
           ShardPool& pool, NetProbe& probe);
  ~Listener();

  void start() { accept(); }
  void stop();
  // For connections from now on.
  void change(ConnectionLimits connections, HttpLimits http) {
    places_->change(connections.total, connections.per_address);
    http_ = http;
  }
  std::string address() const;  // with the port that it got

 private:
  void accept();
  void accepted(boost::asio::generic::stream_protocol::socket socket, Shard& shard);
  void pause(const boost::system::error_code& error);

  Acceptor acceptor_;
  boost::asio::steady_timer retry_;
  HttpLimits http_;
  const Site site_;
  const Site full_site_;
  const std::shared_ptr<Quota> places_;
  const std::shared_ptr<Quota> refusals_;  // those that are being told that there is no place
  ShardPool& pool_;
  NetProbe& probe_;
  std::string unix_path_;
  std::chrono::steady_clock::time_point said_;  // that it can't accept
};

}  // namespace tailrace
