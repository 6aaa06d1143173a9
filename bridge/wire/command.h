// What a client may say, parsed and validated: bytes in, values out (schemas/protocol.md, client to server).
#pragma once

#include "base/error.h"
#include "wire/start.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tailrace {

inline constexpr std::size_t kMaxTimes = 200;
inline constexpr std::size_t kMaxChannelName = 255;

struct SubscribeCommand {
  std::string channel;
  Start from = Live{};
  Start start = Earliest{};  // with a position: the first start, used after a reset; never a position
  std::optional<End> to;
};
struct UnsubscribeCommand {
  std::string channel;
};
struct AuthCommand {
  std::string token;
};
struct ChannelsCommand {};
struct TimesCommand {
  std::string channel;
  std::vector<Millis> at;
};
struct PingCommand {};

struct Command {
  std::optional<std::int64_t> id;
  std::variant<SubscribeCommand, UnsubscribeCommand, AuthCommand, ChannelsCommand, TimesCommand, PingCommand> op;
};

// A refused message: the coded error and, where it could be read, the id to answer with.
// Codes: bad_json, bad_field, unknown_op, position_invalid.
struct CommandError {
  Error error;
  std::optional<std::int64_t> id;
};

// Keeps a JSON parser's buffers; one per shard. Of a field named twice the last one counts.
class CommandParser {
 public:
  CommandParser();
  ~CommandParser();
  std::variant<Command, CommandError> parse(std::string_view message);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tailrace
