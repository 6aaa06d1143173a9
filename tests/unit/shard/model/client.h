// A client that lives through many connections, with a chain for each of its channels.
#pragma once

#include "shard/fake_outlet.h"
#include "shard/model/chain.h"

namespace tailrace::model {

class Client {
 public:
  explicit Client(Shard& shard) : shard_(shard) { reconnect(); }

  // What was not read is lost with the connection.
  void reconnect() {
    socket = std::make_unique<FakeOutlet>(shard_);
    for (auto& [name, chain] : chains) chain.state = Chain::State::none;
  }

  void subscribe(const std::string& channel, const std::string& from) {
    chains[channel].ask(false, {});
    say(channel, from, {});
  }
  void resume(const std::string& channel, const std::optional<Offsets>& to) {
    chains[channel].ask(true, to);
    say(channel, R"({"position":")" + chains[channel].position() + "\"}", to);
  }
  void unsubscribe(const std::string& channel) {
    socket->say(R"({"op":"unsubscribe","channel":")" + channel + "\"}");
  }

  void read() {
    for (const std::string& frame : std::exchange(socket->frames, {})) {
      try {
        take(parser_.parse(frame));
      } catch (const Broken& broken) {
        throw Broken(std::string(broken.what()) + ": " + frame.substr(0, 120));
      }
    }
  }

  std::unique_ptr<FakeOutlet> socket;
  std::map<std::string, Chain> chains;

 private:
  void say(const std::string& channel, const std::string& from, const std::optional<Offsets>& to) {
    std::string message = R"({"op":"subscribe","channel":")" + channel + R"(","from":)" + from;
    if (to) message += R"(,"to":{"position":")" + text_of(*to) + "\"}";
    socket->say(message + "}");
  }
  static std::string text_of(const Offsets& next) {
    Position position{0xabcd, {}};
    for (std::size_t p = 0; p < next.size(); ++p) position.places.push_back({static_cast<Partition>(p), next[p], {}});
    return format_position(position);
  }

  void take(Json frame) {
    Json value;
    if (!frame["ch"].get(value)) return chains.at(word(value)).take(frame);
    if (!frame["subscribed"].get(value)) return chains.at(word(value["channel"])).begin(value);
    if (!frame["reset"].get(value)) return chains.at(word(value["channel"])).reset(value);
    if (!frame["ended"].get(value)) return chains.at(word(value["channel"])).end(value);
    if (!frame["unsubscribed"].get(value)) chains.at(word(value["channel"])).state = Chain::State::none;
    // What was unsubscribed may have ended meanwhile.
    if (!frame["error"].get(value) && word(value["code"]) != "cancelled" && word(value["code"]) != "not_subscribed")
      throw Broken("an error");
  }

  Shard& shard_;
  simdjson::dom::parser parser_;
};

}  // namespace tailrace::model
