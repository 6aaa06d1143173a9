// Moves a session's frames through its gate: whatever the socket takes, and not a frame more. What was taken from a cursor
// and not sent goes back to it. Lives on its shard's thread, inside its connection.
#pragma once

#include "net/gate.h"
#include "shard/session.h"

namespace tailrace {

struct PumpLimits {
  std::size_t write_bytes = 64 << 10;   // one write
  std::size_t round_bytes = 256 << 10;  // of one session in one round
};

class Pump {
 public:
  Pump(Gate& gate, Session& session, PumpLimits limits = {}) : gate_(gate), session_(session), limits_(limits) {}

  void serve();  // in a round: replies, then data
  void nudge();  // at once: replies only

 private:
  bool write(std::vector<Piece>& pieces);
  bool write_replies();

  Gate& gate_;
  Session& session_;
  const PumpLimits limits_;
  bool serving_ = false;
};

}  // namespace tailrace
