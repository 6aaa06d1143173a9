// What a client holds of one channel, made of the frames that it read: of each partition an unbroken chain from where it
// began, with its records and gaps, since the last reset took some of it back. Throws Broken where a frame does not fit,
// and where the whole is not what Kafka has.
#pragma once

#include "shard/fake_archive.h"
#include "shard/model/receiver.h"
#include "shard/shorten.h"

#include <map>

namespace tailrace::model {

class Chain {
 public:
  enum class State { none, pending, subscribed };
  struct Part {
    Place place;
    Offset since = 0;  // what lies below is not its own
    std::map<Offset, std::string> records;
    std::vector<Span> gaps;
  };

  // Before its next subscription: it resumes, or forgets what it has and starts anew. Who has no anchor may be told
  // nothing of what befell the records before its place.
  void ask(bool resumes, std::optional<Offsets> end) {
    state = State::pending;
    to = std::move(end);
    resumes_ = resumes;
    if (!resumes) parts.clear();
    for (Part& part : parts)
      if (!part.place.anchor) part = {part.place, part.place.next, {}, {}};
  }

  void begin(Json json) {
    require(state == State::pending, "subscribed, and not asked for");
    state = State::subscribed;
    const auto places = places_of(json);
    moved_ = places.size() < parts.size();
    for (std::size_t p = 0; p < places.size(); ++p) {
      const Offset asked = p < parts.size() ? parts[p].place.next : 0;
      moved_ = moved_ || (resumes_ && places[p].next != asked);
      if (p >= parts.size()) parts.push_back({places[p], places[p].next, {}, {}});
    }
  }

  // Some of it is no longer so: it goes on where the position says.
  void reset(Json json) {
    require(state == State::subscribed, "a reset without a subscription");
    const auto places = places_of(json);
    parts.resize(places.size());
    for (std::size_t p = 0; p < places.size(); ++p) {
      const Offset next = places[p].next;
      require(moved_ || parts[p].place.next == kUnknown || next <= parts[p].place.next, "a reset that skips");
      const bool stays = parts[p].place.next == next && !places[p].anchor;
      take_back(parts[p], next);
      if (!stays) parts[p].place = places[p];
    }
    moved_ = false;
  }

  void take(Json frame) {
    require(state == State::subscribed, "data without a subscription");
    require(!moved_, "began elsewhere than asked, and no reset told so");
    Json rows, gap;
    if (!frame["cover"].get(rows)) {
      for (Json row : rows.get_array()) cover(row);
    } else if (!frame["gap"].get(gap)) {
      Part& part = link(frame["p"], gap["from"], gap["next"], true);
      part.gaps.push_back({part.place.partition, number(gap["from"]), number(gap["next"])});
    } else {
      Part& part = link(frame["p"], frame["from"], frame["next"], true);
      for (Json update : frame["u"].get_array()) {
        part.records[number(update["o"])] = simdjson::minify(update["v"]);
        part.place.anchor = {number(update["o"]), static_cast<std::uint32_t>(std::stoul(word(frame["fp"]), nullptr, 16))};
      }
    }
  }

  void end(Json json) {
    require(state == State::subscribed && to, "ended, and had no end");
    const Offsets at = next_of(places_of(json));
    for (std::size_t p = 0; p < parts.size() && p < to->size(); ++p) {
      require(at.at(p) == parts[p].place.next, "ended elsewhere than the chain");
      require(at.at(p) >= (*to)[p], "ended early");
    }
    state = State::none;
  }

  Offsets next() const {
    std::vector<Place> places;
    for (const Part& part : parts) places.push_back(part.place);
    return next_of(places);
  }
  std::string position() const {
    Position position{0xabcd, {}};
    for (const Part& part : parts) position.places.push_back(part.place);
    return format_position(position);
  }

  // All that it accounts for is as Kafka has it.
  void hold_against(FakeArchive& kafka) const {
    for (const Part& part : parts) {
      const auto& kept = kafka.at(part.place.partition);
      auto record = part.records.begin();
      for (const auto& stored : kept.records) {
        if (stored.offset < part.since || stored.offset >= part.place.next || in_gap(part, stored.offset)) continue;
        if (record == part.records.end() || record->first != stored.offset)
          throw Broken("a record is missing: " + std::to_string(part.place.partition) + ":" + std::to_string(stored.offset) + " in " + position());
        require((record++)->second == stored.value, "a record of another history");
      }
      require(record == part.records.end(), "a record that Kafka has not");
      for (const Span& gap : part.gaps) require(gap.next <= kept.earliest, "a gap of what is there");
    }
  }

  State state = State::none;
  std::optional<Offsets> to;
  std::vector<Part> parts;

 private:
  static void require(bool holds, const char* what) {
    if (!holds) throw Broken(what);
  }
  static std::vector<Place> places_of(Json json) { return parse_position(word(json["position"])).value().places; }
  static Offsets next_of(const std::vector<Place>& places) {
    Offsets next;
    for (const Place& place : places) next.push_back(place.next);
    return next;
  }
  static bool in_gap(const Part& part, Offset offset) {
    return std::ranges::any_of(part.gaps, [&](const Span& gap) { return offset >= gap.from && offset < gap.next; });
  }

  static void take_back(Part& part, Offset next) {
    part.since = std::min(part.since, next);
    part.records.erase(part.records.lower_bound(next), part.records.end());
    std::erase_if(part.gaps, [&](const Span& gap) { return gap.from >= next; });
    for (Span& gap : part.gaps) gap.next = std::min(gap.next, next);
  }

  void cover(Json row) {
    const auto p = static_cast<std::size_t>(number(row.at(0)));
    const Offset from = number(row.at(1));
    for (auto missing = static_cast<Partition>(parts.size()); parts.size() <= p; ++missing) parts.push_back({{missing, kUnknown, {}}, 0, {}, {}});
    if (parts[p].place.next != kUnknown) return void(link(row.at(0), row.at(1), row.at(2), false));
    require(from == 0, "a partition that grew and did not begin at 0");
    parts[p].place.next = number(row.at(2));
  }

  Part& link(Json p, Json from, Json next, bool ends) {
    const auto index = static_cast<std::size_t>(number(p));
    Part& part = parts.at(index);
    require(number(from) == part.place.next, "the chain is broken");
    require(number(from) < number(next) || !ends, "nothing");
    require(!ends || !to || number(next) <= to->at(index), "past the end");
    part.place.next = number(next);
    return part;
  }

  bool resumes_ = false;
  bool moved_ = false;  // it began elsewhere than asked: a reset has to follow
};

}  // namespace tailrace::model
