// One of the load's clients: a socket, the protocol's opening, and its chain. Lives on the load's one thread.
//
//   away ──dial──► connecting ──writable──► upgrading ──101──► asking ──subscribed──► standing
//     ▲                                                                                  │
//     └──────────────────────────── cut, closed or broken ◄──────────────────────────────┘
#pragma once

#include "commands/chain.h"
#include "commands/data_scan.h"
#include "commands/dial.h"
#include "commands/load_tally.h"
#include "commands/server_frames.h"

#include <string>
#include <string_view>
#include <vector>

namespace tailrace {

// What all clients share; outlives them.
struct LoadShared {
  LoadTally tally;
  KeyNumbers keys;
  std::string channel;
  std::string prefix;   // of the channel's data frames
  std::string upgrade;  // the request
  std::string from;     // the start as JSON
  Millis now = 0;       // Unix time, set once per read
  double clock = 0;     // seconds since the window began, likewise
};

class LoadClient {
 public:
  enum class State { away, connecting, upgrading, asking, standing, refused };

  explicit LoadClient(LoadShared& shared) : shared_(shared) {}

  State state() const { return state_; }
  int descriptor() const { return socket_.get(); }
  bool live() const { return live_; }

  bool dial(const Destination& destination);  // false: it failed at once
  void writable();                            // the connection stands: ask for the upgrade
  void read(std::string_view bytes);          // what came
  void lost();                                // the connection broke or ended
  void cut();                                 // reset it from this side

 private:
  void send(std::string_view bytes);
  void read_upgrade(std::string_view bytes);
  void subscribe();
  void read_frames(std::string_view bytes);
  void take(const ServerMessage& message);
  void take_data(const DataFrame& frame);
  void take_updates(const DataFrame& frame);
  void take_gap(const DataFrame& frame);
  void take_coverage(const DataFrame& frame);
  void take_update(const ScannedUpdate& update, Offset expected);
  void check_counter(const ScannedUpdate& update);
  void take_reply(std::string_view text);
  void take_subscribed(std::string_view text);
  void take_reset(std::string_view text);
  void check_step(const Span& span);
  void check_live();
  void refuse(const std::string& code);
  void forget_counters() { counters_.assign(counters_.size(), kNoCounter); }

  static constexpr std::int64_t kNoCounter = -1;

  LoadShared& shared_;
  Descriptor socket_;
  State state_ = State::away;
  ServerFrames frames_;
  std::string greeting_;  // of the upgrade, until it is whole
  Chain chain_;
  Position head_;
  bool live_ = false;
  std::vector<std::int64_t> counters_;  // by the key's number: the next counter expected
};

}  // namespace tailrace
