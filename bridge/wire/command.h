// What a client may say, parsed and validated: bytes in, values out (schemas/protocol.md, client to server).
#pragma once

#include "base/error.h"
#include "log/position.h"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tailrace {

// Where a subscription starts or ends.
struct Live {};
struct Earliest {};
struct Ago { Millis before = 0; };       // "-90s"
struct AtTime { Millis time = 0; };      // {"time": …}
struct LastN { std::int64_t count = 0; };  // {"last": …}
using Start = std::variant<Live, Earliest, Ago, AtTime, LastN, Position>;
using End = std::variant<AtTime, Position>;

struct SubscribeCommand {
  std::string channel;
  Start from = Live{};
  Start start = Earliest{};  // with a position: the first start, used after a reset; never a position
  std::optional<End> to;
};
struct UnsubscribeCommand { std::string channel; };
struct AuthCommand { std::string token; };
struct ChannelsCommand {};
struct TimesCommand { std::string channel; std::vector<Millis> at; };
struct PingCommand {};

struct Command {
  std::optional<std::int64_t> id;
  std::variant<SubscribeCommand, UnsubscribeCommand, AuthCommand, ChannelsCommand, TimesCommand, PingCommand> op;
};

// A refused message: the coded error and, where it could be read, the id to answer with.
struct CommandError {
  Error error;
  std::optional<std::int64_t> id;
};

// Keeps a JSON parser's buffers; one per shard.
class CommandParser {
 public:
  CommandParser();
  ~CommandParser();
  std::variant<Command, CommandError> parse(std::string_view message);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// "live", "earliest", "-90s", "v1.…" (a position), "last:100", "1732147200000" (a time): the `from` of /ws?from=…
Result<Start> parse_start_text(std::string_view text);

}  // namespace tailrace
