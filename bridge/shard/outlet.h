// What a session needs of its transport, and what it hands to it. Implemented in net/; everything on the shard's thread.
#pragma once

#include "log/batch.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace tailrace {

class Subscription;

// A frame on its way: bytes that someone shared holds.
struct Piece {
  std::string_view bytes;
  std::shared_ptr<const void> hold;
  Subscription* subscription = nullptr;
  bool in_step = false;  // can be given back to the cursor that it came from
  std::uint64_t sequence = 0;
  std::size_t turn = 0;  // what its channel had had of its turn before it
  std::size_t updates = 0;  // in it
  std::string gap = {};     // the reason, where it is one
};

class Outlet {
 public:
  virtual ~Outlet() = default;

  // The session has something: write what the socket takes. Called in rounds.
  virtual void serve() = 0;
  // Replies are waiting: write them as soon as a frame boundary allows; while serving, after what is being served.
  virtual void nudge() = 0;
  // Nothing can be written until the socket says so; the outlet calls Session::writable() then.
  virtual bool blocked() const = 0;
  // Ends the connection with a close frame at the next frame boundary.
  virtual void close(std::uint16_t code, std::string reason) = 0;
  // Ends it at once.
  virtual void abort() = 0;
  // Bytes written and acknowledged so far, and whether bytes are waiting for an acknowledgement; which of the client's
  // messages, counted from 1, has begun and not ended.
  struct Progress {
    std::uint64_t acknowledged = 0;
    bool waiting = false;
    std::uint64_t message = 0;
  };
  virtual Progress progress() = 0;
};

}  // namespace tailrace
