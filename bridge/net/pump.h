// Moves a session's frames through its gate: whatever the socket takes, and not a frame more. What was taken from a cursor
// and not sent goes back to it. Lives on its shard's thread, inside its connection.
#pragma once

#include "net/gate.h"
#include "shard/session.h"

namespace tailrace {

class Pump {
 public:
  Pump(Gate& gate, Session& session) : gate_(gate), session_(session) {}

  void serve();  // in a round: replies, then data
  void nudge();  // at once: replies only

 private:
  bool write(std::vector<Piece>& pieces);
  void take_back(std::span<const Piece> unsent);
  bool write_replies();

  Gate& gate_;
  Session& session_;
  bool serving_ = false;
};

}  // namespace tailrace
