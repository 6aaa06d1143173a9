// A connection from accept to its end: the gate to its socket, where it comes from, and its share of the limits. HTTP first
// (http.h), then perhaps a WebSocket (websocket.h). Lives on its shard's thread.
#pragma once

#include "net/gate.h"
#include "shard/shard.h"

namespace tailrace {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // `released` runs when the connection ends: it gives its place in the limits back.
  Connection(Socket::Stream stream, Shard& its_shard, std::string from, std::function<void()> released)
      : gate(std::move(stream)), shard(its_shard), peer(std::move(from)), released_(std::move(released)) {}
  ~Connection() { released_(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Gate gate;
  Shard& shard;
  const std::string peer;

 private:
  std::function<void()> released_;
};

}  // namespace tailrace
