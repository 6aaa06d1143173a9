#include "wire/reply.h"

#include "wire/command.h"
#include "wire/json_text.h"
#include "wire/websocket_frame.h"

#include <charconv>
#include <cmath>

namespace tailrace {

namespace {

// A frame in the making. The bare text holds the names and the brackets.
class Frame {
 public:
  explicit Frame(std::string_view bare) : payload_(bare) {}

  Frame& bare(std::string_view text) {
    payload_ += text;
    return *this;
  }

  Frame& text(std::string_view text) {
    append_json_string(payload_, text);
    return *this;
  }

  Frame& number(std::int64_t number) {
    append_json_number(payload_, number);
    return *this;
  }

  Frame& truth(bool truth) { return bare(truth ? "true" : "false"); }
  Frame& offset(Offset offset) { return offset == kUnknown ? bare("null") : number(offset); }
  Frame& position(const Position& position) { return text(format_position(position)); }

  Frame& rate(double rate) {
    char text[400];
    const auto tenths = std::round(rate * 10);
    const auto number = std::isfinite(tenths) ? tenths / 10 : 0;
    const auto end = std::to_chars(text, text + sizeof text, number, std::chars_format::fixed).ptr;
    return bare({text, end});
  }

  // [a,b,c], each written by write(*this, value)
  template <class Values, class Write>
  Frame& list(const Values& values, Write write) {
    bare("[");
    bool first = true;
    for (const auto& value : values) {
      if (!first) bare(",");
      first = false;
      write(*this, value);
    }
    return bare("]");
  }

  std::string finish(CommandId id = {}) {
    if (id) bare(R"(,"id":)").number(*id);
    return text_frame(bare("}").payload_);
  }

 private:
  std::string payload_;
};

void write_number(Frame& frame, std::int64_t number) {
  frame.number(number);
}
void write_offset(Frame& frame, Offset offset) {
  frame.offset(offset);
}
void write_offsets(Frame& frame, const Offsets& offsets) {
  frame.list(offsets, write_offset);
}

// [p, earliest, latest]
std::vector<Offsets> rows_of(const ChannelSummary& channel) {
  std::vector<Offsets> rows;
  for (std::size_t p = 0; p < channel.latest.size(); ++p) {
    const auto earliest = p < channel.earliest.size() ? channel.earliest[p] : kUnknown;
    rows.push_back({static_cast<Offset>(p), earliest, channel.latest[p]});
  }
  return rows;
}

void write_channel(Frame& frame, const ChannelSummary& channel) {
  frame.bare(R"({"name":)").text(channel.name).bare(R"(,"topic":)").text(channel.topic);
  frame.bare(R"(,"partitions":)").list(rows_of(channel), write_offsets);
  frame.bare(R"(,"rate":)").rate(channel.rate).bare("}");
}

}  // namespace

std::string welcome_frame(const Welcome& welcome) {
  Frame frame(R"({"welcome":{"protocol":1,"server":)");
  frame.text(welcome.server).bare(R"(,"session":)").text(welcome.session);
  frame.bare(R"(,"heartbeat":)").number(welcome.heartbeat).bare(R"(,"time":)").number(welcome.time);
  frame.bare(R"(,"limits":{"message":)").number(static_cast<std::int64_t>(welcome.max_message));
  frame.bare(R"(,"subscriptions":)").number(static_cast<std::int64_t>(welcome.max_subscriptions));
  frame.bare(R"(,"times":)").number(kMaxTimes).bare(R"(,"partitions":)").number(kMaxPlaces);
  return frame.bare("}}").finish();
}

std::string subscribed_frame(const std::string& channel, const Position& position, const Position& head, CommandId id) {
  Frame frame(R"({"subscribed":{"channel":)");
  frame.text(channel).bare(R"(,"position":)").position(position).bare(R"(,"head":)").position(head);
  return frame.bare("}").finish(id);
}

std::string unsubscribed_frame(const std::string& channel, CommandId id) {
  return Frame(R"({"unsubscribed":{"channel":)").text(channel).bare("}").finish(id);
}

std::string unsubscribed_frame(const std::string& channel, std::string_view code) {
  return Frame(R"({"unsubscribed":{"channel":)").text(channel).bare(R"(,"code":)").text(code).bare("}").finish();
}

std::string ended_frame(const std::string& channel, const Position& position) {
  Frame frame(R"({"ended":{"channel":)");
  return frame.text(channel).bare(R"(,"position":)").position(position).bare("}").finish();
}

std::string reset_frame(const std::string& channel, std::string_view reason, const Position& position) {
  Frame frame(R"({"reset":{"channel":)");
  frame.text(channel).bare(R"(,"reason":)").text(reason).bare(R"(,"position":)").position(position);
  return frame.bare("}").finish();
}

std::string heartbeat_frame(Millis time) {
  return Frame(R"({"heartbeat":{"time":)").number(time).bare("}").finish();
}

std::string pong_frame(Millis time, CommandId id) {
  return Frame(R"({"pong":{"time":)").number(time).bare("}").finish(id);
}

std::string authenticated_frame(std::optional<Millis> expires, CommandId id) {
  Frame frame(R"({"authenticated":{"expires":)");
  return (expires ? frame.number(*expires) : frame.bare("null")).bare("}").finish(id);
}

std::string expiring_frame(Millis at) {
  return Frame(R"({"expiring":{"at":)").number(at).bare("}").finish();
}

std::string channels_frame(const std::vector<ChannelSummary>& channels, CommandId id) {
  return Frame(R"({"channels":)").list(channels, write_channel).finish(id);
}

std::string times_frame(const std::string& channel, const std::vector<Millis>& at, const std::vector<Offsets>& offsets,
                        Millis earliest, CommandId id) {
  Frame frame(R"({"times":{"channel":)");
  frame.text(channel).bare(R"(,"at":)").list(at, write_number);
  frame.bare(R"(,"offsets":)").list(offsets, write_offsets).bare(R"(,"earliest":)");
  return (earliest ? frame.number(earliest) : frame.bare("null")).bare("}").finish(id);
}

std::string kafka_status_frame(bool reachable, Millis since) {
  Frame frame(R"({"status":{"kafka":)");
  return frame.text(reachable ? "reachable" : "unreachable").bare(R"(,"since":)").number(since).bare("}").finish();
}

std::string transaction_status_frame(const std::string& channel, Partition partition, bool held, Offset stable,
                                     Millis since) {
  Frame frame(R"({"status":{"channel":)");
  frame.text(channel).bare(R"(,"p":)").number(partition).bare(R"(,"held_by_transaction":)").truth(held);
  return frame.bare(R"(,"stable":)").number(stable).bare(R"(,"since":)").number(since).bare("}").finish();
}

std::string topic_status_frame(const std::string& channel, bool present, Millis since) {
  Frame frame(R"({"status":{"channel":)");
  frame.text(channel).bare(R"(,"topic":)").text(present ? "present" : "missing");
  return frame.bare(R"(,"since":)").number(since).bare("}").finish();
}

std::string error_frame(const Error& error, bool retry, CommandId id, std::string_view channel) {
  Frame frame(R"({"error":{"code":)");
  frame.text(error.code).bare(R"(,"message":)").text(error.message).bare(R"(,"retry":)").truth(retry);
  if (!channel.empty()) frame.bare(R"(,"channel":)").text(channel);
  return frame.bare("}").finish(id);
}

std::string closing_frame(std::string_view reason, Millis reconnect_in) {
  Frame frame(R"({"closing":{"reason":)");
  return frame.text(reason).bare(R"(,"reconnect_in":)").number(reconnect_in).bare("}").finish();
}

}  // namespace tailrace
