// Plain sockets to a bridge, for the commands that need no more: non-blocking, close-on-exec.
#pragma once

#include "config/bridge_url.h"

#include <sys/socket.h>

#include <string>
#include <utility>

namespace tailrace {

// A descriptor and its end.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    reset(std::exchange(other.number_, -1));
    return *this;
  }
  ~Descriptor() { reset(); }

  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  void reset(int number = -1);

 private:
  int number_ = -1;
};

// Where a bridge is, looked up once.
class Destination {
 public:
  // Throws std::runtime_error where the name leads nowhere.
  explicit Destination(const BridgeUrl& url);

  // A socket that connects, or has connected. None, with errno, where that failed at once.
  Descriptor dial() const;

 private:
  sockaddr_storage address_{};
  socklen_t size_ = 0;
};

// The request that makes a WebSocket of a connection.
std::string upgrade_request(const BridgeUrl& url);

// A text frame as a client must send it, masked.
std::string masked_frame(unsigned char opcode, std::string_view payload);

}  // namespace tailrace
