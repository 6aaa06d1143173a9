// Everything the server says but batches: whole text frames, header included. Texts must be UTF-8.
#pragma once

#include "base/error.h"
#include "log/channel.h"
#include "log/position.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tailrace {

using CommandId = std::optional<std::int64_t>;

struct Welcome {
  std::string server;  // "tailrace/0.1.0"
  std::string session;
  Millis heartbeat = 15000;
  Millis time = 0;
  std::size_t max_message = 64 << 10;
  std::size_t max_subscriptions = 0;
};

struct ChannelSummary {
  std::string name;
  std::string topic;
  Offsets earliest;
  Offsets latest;
  double rate = 0;
};

std::string welcome_frame(const Welcome& welcome);
std::string subscribed_frame(const std::string& channel, const Position& position, const Position& head, CommandId id);
std::string unsubscribed_frame(const std::string& channel, CommandId id);
std::string unsubscribed_frame(const std::string& channel, std::string_view code);  // unasked
std::string ended_frame(const std::string& channel, const Position& position);
std::string reset_frame(const std::string& channel, std::string_view reason, const Position& position);
std::string heartbeat_frame(Millis time);
std::string pong_frame(Millis time, CommandId id);
std::string authenticated_frame(std::optional<Millis> expires, CommandId id);
std::string expiring_frame(Millis at);
// An offset that is kUnknown is written as null; `latest` tells how many partitions there are.
std::string channels_frame(const std::vector<ChannelSummary>& channels, CommandId id);
// `earliest` is 0 where the channel has no record.
std::string times_frame(const std::string& channel, const std::vector<Millis>& at, const std::vector<Offsets>& offsets,
                        Millis earliest, CommandId id);
std::string kafka_status_frame(bool reachable, Millis since);
std::string transaction_status_frame(const std::string& channel, Partition partition, bool held, Offset stable,
                                     Millis since);
std::string topic_status_frame(const std::string& channel, bool present, Millis since);
// `channel` where the error is about one.
std::string error_frame(const Error& error, bool retry, CommandId id, std::string_view channel = {});
std::string closing_frame(std::string_view reason, Millis reconnect_in);

}  // namespace tailrace
