// A WebSocket client that waits: opens, sends a text, hands out the messages one by one.
#pragma once

#include "commands/server_frames.h"
#include "commands/stream.h"

#include <deque>
#include <string>

namespace tailrace {

// The upgrade was answered with something else: "403 Forbidden".
class UpgradeRefused : public StreamError {
 public:
  explicit UpgradeRefused(const std::string& answer) : StreamError("the bridge answered " + answer), status(answer) {}
  std::string status;
};

class SocketClient {
 public:
  using Clock = Stream::Clock;

  struct Message {
    Opcode opcode = Opcode::text;
    std::string payload;
  };

  SocketClient(const BridgeUrl& url, const Descriptor& interrupt, Clock::time_point deadline);

  void send(std::string_view text);
  void say_goodbye();  // a close frame, without waiting for its answer

  bool has_next() const { return !messages_.empty(); }

  // The next text or close message; nullopt when the deadline passed. Pings are answered.
  std::optional<Message> next(Clock::time_point deadline);

 private:
  void take(std::string_view bytes);

  Stream stream_;
  ServerFrames frames_;
  std::deque<Message> messages_;
};

}  // namespace tailrace
