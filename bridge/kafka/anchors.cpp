#include "kafka/anchors.h"

#include "kafka/offsets_query.h"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace tailrace {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kPatience = 2000;  // the answer is only nice to have
// How far back a last record is looked for, step by step; once more, should the farthest step reach too far.
constexpr Offset kReach[] = {4, 64, 2048, 2048};

}  // namespace

Anchors::Anchors(const KafkaSettings& settings, ArchiveProbe& probe)
    : probe_(probe), records_(settings, stopping_), recent_(std::chrono::seconds(1)) {}

Anchors::~Anchors() { stop(); }

void Anchors::stop() {
  stopping_ = true;
  thread_.stop();
  thread_.join();
}

void Anchors::last_before(ChannelPtr channel, std::vector<Place> places, LastsDone done) {
  boost::asio::post(thread_, [this, channel = std::move(channel), places = std::move(places), done = std::move(done)] {
    auto found = find_last(*channel, places);
    if (!stopping_) done(std::move(found));
  });
}

LastUpdates Anchors::find_last(const Channel& channel, const std::vector<Place>& places) {
  LastUpdates lasts{std::vector<std::optional<Anchor>>(places.size())};
  Offsets floors(places.size(), 0);
  std::vector<std::size_t> wanted;
  for (std::size_t i = 0; i < places.size(); ++i)
    if (places[i].next > 0) wanted.push_back(i);
  for (const Offset reach : kReach) {
    std::vector<ProbeRange> ranges;
    for (const std::size_t i : wanted)
      ranges.push_back({places[i].partition, std::max(places[i].next - reach, floors[i]), places[i].next});
    const std::vector<Probed> found = look(channel, ranges, kPatience);
    std::vector<std::size_t> farther;
    for (std::size_t k = 0; k < found.size(); ++k) {
      const std::size_t i = wanted[k];
      if (found[k].kind == Probed::Kind::unavailable) lasts.complete = false;
      if (found[k].kind == Probed::Kind::record) lasts.before[i] = Anchor{found[k].offset, found[k].fingerprint};
      if (found[k].kind == Probed::Kind::out_of_range) floors[i] = earliest(channel, places[i]);
      const bool looked_everywhere = found[k].kind == Probed::Kind::nothing && ranges[k].from == floors[i];
      const bool may_find = found[k].kind == Probed::Kind::nothing || found[k].kind == Probed::Kind::out_of_range;
      if (may_find && !looked_everywhere && floors[i] < places[i].next) farther.push_back(i);
    }
    wanted = std::move(farther);
  }
  return lasts;
}

// Where nothing can be read any more, the place itself.
Offset Anchors::earliest(const Channel& channel, const Place& place) {
  std::vector<OffsetQuestion> question{{&channel.topic, place.partition}};
  if (!ask_offsets(records_.handle(), question, kEarliest, kPatience)) return place.next;
  return question[0].answer == kUnknown ? place.next : question[0].answer;
}

std::vector<Probed> Anchors::look(const Channel& channel, const std::vector<ProbeRange>& ranges, int patience_ms) {
  std::vector<Probed> found(ranges.size());
  std::vector<std::size_t> open;
  const auto key = [&](const ProbeRange& range) { return Key{channel.id, range.partition, range.from, range.until}; };
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (auto known = recent_.find(key(ranges[i]), Clock::now()))
      found[i] = *std::move(known);
    else
      open.push_back(i);
  }
  while (!open.empty() && !stopping_) {  // each partition once in a round
    std::set<Partition> taken;
    std::vector<std::size_t> now, later;
    std::vector<ProbeRange> round;
    for (const std::size_t i : open) {
      const bool first = taken.insert(ranges[i].partition).second;
      (first ? now : later).push_back(i);
      if (first) round.push_back(ranges[i]);
    }
    const std::vector<Probed> answers = records_.look(channel.topic, round, patience_ms);
    probe_.anchors.fetch_add(round.size(), std::memory_order_relaxed);
    for (std::size_t k = 0; k < now.size(); ++k) {
      recent_.put(key(ranges[now[k]]), answers[k], Clock::now());
      found[now[k]] = answers[k];
    }
    open = std::move(later);
  }
  return found;
}

}  // namespace tailrace
