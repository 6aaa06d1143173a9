// The client's side of RFC 6455, as little of it as counting needs: reads the server's (unmasked) frames out of bytes
// as they come. One per connection; a whole frame inside the given bytes is not copied.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tailrace {

enum class Opcode : std::uint8_t { more = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

struct ServerMessage {
  Opcode opcode = Opcode::text;
  std::string_view payload;
};

class ServerFrames {
 public:
  // Gives every message that `bytes` completes to `take(const ServerMessage&)`, whose payload lives for that call.
  // False: these are no frames; give up.
  template <class Take>
  bool feed(std::string_view bytes, Take&& take) {
    while (const auto frame = next(bytes))
      if (const auto message = assemble(*frame)) take(*message);
    taken_ = {};
    return !broken_;
  }

 private:
  struct Frame {
    bool last = true;
    Opcode opcode = Opcode::text;
    std::string_view payload;
  };
  struct Extent {
    std::size_t header = 0;
    std::size_t payload = 0;
    std::size_t size() const { return header + payload; }
  };

  std::optional<Frame> next(std::string_view& bytes);
  std::optional<Frame> next_pending(std::string_view& bytes);
  std::optional<Extent> extent_of(std::string_view bytes);
  bool gather(std::string_view& bytes, std::size_t size);
  Frame frame_of(std::string_view whole, const Extent& extent);
  std::optional<ServerMessage> assemble(const Frame& frame);

  std::string pending_;    // the beginning of a frame whose end has not come
  std::string taken_;      // the frame that pending_ became
  std::string fragments_;  // of a message in several frames
  std::string whole_;      // the message that fragments_ became
  Opcode fragmented_ = Opcode::text;
  bool broken_ = false;
};

}  // namespace tailrace
