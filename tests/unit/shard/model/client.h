// A client that lives through many connections: it makes a chain per channel of the frames it reads, holds it against what
// Kafka has, and resumes where it was. Throws Broken where the promise does not hold.
#pragma once

#include "shard/fake_archive.h"
#include "shard/fake_outlet.h"
#include "shard/model/receiver.h"
#include "shard/shorten.h"

#include <map>

namespace tailrace::model {

class Client {
 public:
  enum class State { none, pending, subscribed };
  struct Chain {
    State state = State::none;
    Offsets asked;  // the position it resumed from; empty: another start
    Offsets next;
    std::optional<Offsets> to;
  };

  Client(Shard& shard, FakeArchive& kafka) : shard_(shard), kafka_(kafka) { reconnect(); }

  // What was not read is lost with the connection.
  void reconnect() {
    socket = std::make_unique<FakeOutlet>(shard_);
    for (auto& [name, chain] : chains) chain.state = State::none;
  }

  void subscribe(const std::string& channel, const std::string& from, const std::optional<Offsets>& to) {
    Chain& chain = chains[channel];
    chain.state = State::pending;
    chain.asked.clear();
    chain.to = to;
    std::string message = R"({"op":"subscribe","channel":")" + channel + R"(","from":)" + from;
    if (to) message += R"(,"to":{"position":")" + text_of(*to) + "\"}";
    socket->say(message + "}");
  }
  void resume(const std::string& channel, const Offsets& next, const std::optional<Offsets>& to) {
    subscribe(channel, R"({"position":")" + text_of(next) + "\"}", to);
    chains[channel].asked = next;
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
  static void require(bool holds, const char* what) {
    if (!holds) throw Broken(what);
  }
  static std::string text_of(const Offsets& next) {
    Position position{0xabcd, {}};
    for (std::size_t p = 0; p < next.size(); ++p) position.places.push_back({static_cast<Partition>(p), next[p], {}});
    return format_position(position);
  }
  static Offsets offsets_of(Json value) {
    Offsets next;
    for (const Place& place : parse_position(word(value["position"])).value().places) next.push_back(place.next);
    return next;
  }

  void take(Json frame) {
    Json value;
    if (!frame["ch"].get(value)) return take_data(chains.at(word(value)), frame);
    if (!frame["subscribed"].get(value)) return begin(chains.at(word(value["channel"])), value);
    if (!frame["ended"].get(value)) return end(chains.at(word(value["channel"])), value);
    if (!frame["unsubscribed"].get(value)) chains.at(word(value["channel"])).state = State::none;
    // What was unsubscribed may have ended meanwhile.
    if (!frame["error"].get(value))
      require(word(value["code"]) == "cancelled" || word(value["code"]) == "not_subscribed", "an error");
  }

  static void begin(Chain& chain, Json value) {
    require(chain.state == State::pending, "subscribed, and not asked for");
    chain.state = State::subscribed;
    chain.next = offsets_of(value);
    require(chain.asked.empty() || chain.next == chain.asked, "subscribed elsewhere than asked");
    chain.asked.clear();
  }

  static void end(Chain& chain, Json value) {
    require(chain.state == State::subscribed && chain.to, "ended, and had no end");
    require(offsets_of(value) == chain.next, "ended elsewhere than the chain");
    for (std::size_t p = 0; p < chain.next.size(); ++p) require(chain.next[p] >= (*chain.to)[p], "ended early");
    chain.state = State::none;
  }

  void take_data(Chain& chain, Json frame) {
    require(chain.state == State::subscribed, "data without a subscription");
    Json rows, gap;
    if (!frame["cover"].get(rows)) {
      for (Json row : rows.get_array()) {
        link(chain, row.at(0), row.at(1), row.at(2), false);
        require(truth(row.at(0), row.at(1), row.at(2)).empty(), "coverage of what is no hole");
      }
    } else if (!frame["gap"].get(gap)) {
      link(chain, frame["p"], gap["from"], gap["next"], true);
      require(number(gap["next"]) <= kafka_.at(static_cast<Partition>(number(frame["p"]))).earliest, "a gap of what is there");
    } else {
      link(chain, frame["p"], frame["from"], frame["next"], true);
      Offsets got;
      for (Json update : frame["u"].get_array()) got.push_back(number(update["o"]));
      require(got == truth(frame["p"], frame["from"], frame["next"]), "other updates than Kafka's");
    }
  }

  static void link(Chain& chain, Json p, Json from, Json next, bool ends) {
    const auto index = static_cast<std::size_t>(number(p));
    require(number(from) == chain.next.at(index), "the chain is broken");
    require(number(from) < number(next), "nothing");
    chain.next[index] = number(next);
    require(!ends || !chain.to || number(next) <= chain.to->at(index), "past the end");
  }

  Offsets truth(Json p, Json from, Json next) {
    Offsets offsets;
    for (const auto& stored : kafka_.at(static_cast<Partition>(number(p))).records)
      if (stored.offset >= number(from) && stored.offset < number(next)) offsets.push_back(stored.offset);
    return offsets;
  }

  Shard& shard_;
  FakeArchive& kafka_;
  simdjson::dom::parser parser_;
};

}  // namespace tailrace::model
