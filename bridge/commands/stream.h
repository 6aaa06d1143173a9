// One connection to a bridge, plain or TLS, for commands that talk to one bridge and can wait: every wait ends at its
// deadline or when an interrupt comes.
#pragma once

#include "commands/dial.h"

#include <openssl/ssl.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tailrace {

struct Interrupted {};

// The connection can't be had, or is no more.
class StreamError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Stream {
 public:
  using Clock = std::chrono::steady_clock;

  // Connects. `interrupt` must outlive the stream; a connection that does not come throws StreamError.
  Stream(const BridgeUrl& url, const Descriptor& interrupt, Clock::time_point deadline);

  void write(std::string_view bytes, Clock::time_point deadline);

  // Some bytes; none when the deadline passed. The other side's end throws StreamError.
  std::string_view read(Clock::time_point deadline);

 private:
  struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  struct FreeTls {
    void operator()(SSL* tls) const { SSL_free(tls); }
  };

  void shake_hands(const BridgeUrl& url, Clock::time_point deadline);
  bool wait(short events, Clock::time_point deadline);
  bool wait_as_told(int result, const char* what, Clock::time_point deadline);

  const Descriptor& interrupt_;
  Descriptor socket_;
  std::unique_ptr<SSL_CTX, FreeContext> context_;
  std::unique_ptr<SSL, FreeTls> tls_;  // none where plain
  std::string buffer_;
};

}  // namespace tailrace
