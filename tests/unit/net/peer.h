// A client by hand: the other end of a TCP connection over loopback. Reads only when it is told to, never waits, and
// says how the connection ended.
//
//   Peer client(4096);                       with a small receive buffer, so that the kernel holds little
//   Socket::Stream accepted = client.accepted(io);      the bridge's end, once
//   client.send(client_frame(1, "{…}"));
//   client.read(100);                        as much as has come, 100 bytes at most
//   client.frames();                         the whole frames among it: texts, "pong …", "close 4408 …"
#pragma once

#include "net/socket.h"

#include <limits>
#include <string>
#include <vector>

namespace tailrace {

// A client's frame, masked (with zeros).
std::string client_frame(int opcode, std::string_view payload);

class Peer {
 public:
  explicit Peer(int receive_buffer = 0);
  ~Peer();
  Peer(Peer&& other) noexcept;
  Peer& operator=(Peer&&) = delete;

  Socket::Stream accepted(boost::asio::io_context& io);
  int bridge_end() const { return bridge_; }  // its descriptor, whoever owns it by now

  void send(std::string_view bytes) const;
  std::size_t read(std::size_t most = std::numeric_limits<std::size_t>::max());
  std::string take() { return std::exchange(received_, {}); }  // the bytes as they came
  std::vector<std::string> frames();
  std::string head();  // an HTTP answer's status line and headers, once they are whole
  void cut();          // RST

  std::size_t count() const { return count_; }  // bytes read, ever
  bool ended() const { return ended_; }         // by FIN or RST
  bool was_reset() const { return reset_; }

 private:
  int bridge_ = -1;
  int client_ = -1;
  std::string received_;
  std::size_t count_ = 0;
  bool ended_ = false;
  bool reset_ = false;
};

}  // namespace tailrace
