// One subscription followed over as many connections as it takes: comes back with its position, checks the chain.
#pragma once

#include "commands/chain.h"
#include "commands/socket_client.h"
#include "commands/tail_printer.h"

#include <optional>
#include <random>

namespace tailrace {

struct TailRequest {
  BridgeUrl url;
  std::string channel;
  std::string from;  // JSON
  std::string to;    // JSON, or empty
};

class TailSession {
 public:
  // All three must outlive it.
  TailSession(const TailRequest& request, TailPrinter& printer, const Descriptor& interrupt);

  int run();  // the exit code

 private:
  using Clock = SocketClient::Clock;

  enum class Next { reconnect, done, failed };
  struct Hole {
    Partition partition = 0;
    Offset next = 0;
    bool operator==(const Hole&) const = default;
  };

  Next connection();
  Next follow(SocketClient& client);
  std::optional<Next> take(const SocketClient::Message& message);
  Next closed(std::string_view payload);
  std::string subscribe_message() const;
  Next hole(const Span& span);
  void pause(Clock::duration length) const;
  Clock::duration backoff();

  std::optional<Next> on(const OtherFrame&) { return {}; }
  std::optional<Next> on(const WelcomeFrame& welcome);
  std::optional<Next> on(const SubscribedFrame& subscribed);
  std::optional<Next> on(const UpdatesFrame& batch);
  std::optional<Next> on(const GapFrame& gap);
  std::optional<Next> on(const CoverageFrame& coverage);
  std::optional<Next> on(const EndedFrame& ended);
  std::optional<Next> on(const ResetFrame& reset);
  std::optional<Next> on(const RefusalFrame& refusal);
  std::optional<Next> on(const ClosingFrame& closing);
  std::optional<Next> on(const StatusFrame& status);

  const TailRequest& request_;
  TailPrinter& printer_;
  const Descriptor& interrupt_;
  FrameReader reader_;
  Chain chain_;
  bool connected_once_ = false;
  std::optional<Hole> hole_;
  std::optional<Clock::duration> told_pause_;  // by the bridge, for the next reconnect
  Clock::duration silence_;                    // how long nothing may come
  Clock::time_point up_since_;
  Clock::duration delay_;
  std::mt19937 random_{std::random_device{}()};
};

}  // namespace tailrace
