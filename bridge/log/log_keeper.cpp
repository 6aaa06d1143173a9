#include "log/log_keeper.h"

namespace tailrace {

void LogKeeper::opened(ChannelId channel) {
  closed(channel);
  logs_[channel] = {};
}

void LogKeeper::closed(ChannelId channel) {
  const auto at = logs_.find(channel);
  if (at == logs_.end()) return;
  for (const Kept& segment : at->second.segments) bytes_ -= segment.fill.bytes;
  leave_orders(channel, at->second);
  logs_.erase(at);
  trimmed_.erase(channel);
}

void LogKeeper::appended(ChannelId channel, std::size_t bytes, std::size_t records, Millis now) {
  Log& log = logs_[channel];
  if (log.segments.empty() || log.segments.back().fill.full()) open_segment(channel, log, now);
  Kept& segment = log.segments.back();
  segment.fill.add(bytes);
  segment.records += records;
  segment.newest = now;
  log.records += records;
  bytes_ += bytes;
  while (log.records > limits_.records && log.segments.size() > 1) drop_front(channel, log);
}

void LogKeeper::open_segment(ChannelId channel, Log& log, Millis now) {
  Kept& segment = log.segments.emplace_back();
  segment.turn = ++turns_;
  segment.begun = now;
  if (log.segments.size() > 1) return;
  log.look_at = now + limits_.age;
  by_turn_.emplace(segment.turn, channel);
  by_age_.emplace(log.look_at, channel);
}

void LogKeeper::drop_front(ChannelId channel, Log& log) {
  const Kept& segment = log.segments.front();
  by_turn_.erase({segment.turn, channel});
  bytes_ -= segment.fill.bytes;
  log.records -= segment.records;
  log.tail += segment.fill.batches;
  trimmed_.insert(channel);
  log.segments.pop_front();
  if (log.segments.empty())
    by_age_.erase({log.look_at, channel});
  else
    by_turn_.emplace(log.segments.front().turn, channel);
}

void LogKeeper::drop_aged(Millis now) {
  while (!by_age_.empty() && by_age_.begin()->first < now) {
    const ChannelId channel = by_age_.begin()->second;
    Log& log = logs_[channel];
    if (const Millis gone = log.segments.front().newest + limits_.age; gone >= now) {
      by_age_.erase(by_age_.begin());
      by_age_.emplace(log.look_at = gone, channel);
    } else {
      drop_front(channel, log);
    }
  }
}

void LogKeeper::leave_orders(ChannelId channel, const Log& log) {
  if (log.segments.empty()) return;
  by_turn_.erase({log.segments.front().turn, channel});
  by_age_.erase({log.look_at, channel});
}

std::vector<LogTrimmed> LogKeeper::due(Millis now) {
  drop_aged(now);
  while (bytes_ > limits_.bytes && !by_turn_.empty()) {
    const ChannelId channel = by_turn_.begin()->second;
    drop_front(channel, logs_[channel]);
  }
  std::vector<LogTrimmed> trimmed;
  for (const ChannelId channel : trimmed_) trimmed.push_back({channel, logs_[channel].tail});
  trimmed_.clear();
  return trimmed;
}

Millis LogKeeper::oldest() const {
  return by_turn_.empty() ? 0 : logs_.at(by_turn_.begin()->second).segments.front().begun;
}

}  // namespace tailrace
