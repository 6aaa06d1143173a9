#include "log/log_keeper.h"

namespace tailrace {

void LogKeeper::opened(ChannelId channel) {
  closed(channel);
  logs_[channel].generation = ++generations_;
}

void LogKeeper::closed(ChannelId channel) {
  const auto at = logs_.find(channel);
  if (at == logs_.end()) return;
  for (const Kept& segment : at->second.segments) bytes_ -= segment.fill.bytes;
  logs_.erase(at);
  trimmed_.erase(channel);
}

void LogKeeper::appended(ChannelId channel, std::size_t bytes, std::size_t records, Millis now) {
  Log& log = logs_[channel];
  if (log.segments.empty() || log.segments.back().fill.full()) {
    log.segments.emplace_back().begun = now;
    order_.push_back({channel, log.generation});
  }
  Kept& segment = log.segments.back();
  segment.fill.add(bytes);
  segment.records += records;
  segment.newest = now;
  log.records += records;
  bytes_ += bytes;
  for (; log.records > limits_.records && log.segments.size() > 1; ++log.dropped_early) drop_front(channel, log);
}

void LogKeeper::drop_front(ChannelId channel, Log& log) {
  const Kept& segment = log.segments.front();
  bytes_ -= segment.fill.bytes;
  log.records -= segment.records;
  log.tail += segment.fill.batches;
  log.segments.pop_front();
  trimmed_.insert(channel);
}

LogKeeper::Log* LogKeeper::log_of(const Turn& turn) {
  const auto at = logs_.find(turn.channel);
  return at != logs_.end() && at->second.generation == turn.generation ? &at->second : nullptr;
}

bool LogKeeper::must_go(const Log& log, Millis now) const {
  return log.dropped_early > 0 || bytes_ > limits_.bytes || log.segments.front().newest + limits_.age < now;
}

std::vector<LogTrimmed> LogKeeper::due(Millis now) {
  for (; !order_.empty(); order_.pop_front()) {
    const Turn turn = order_.front();
    Log* log = log_of(turn);
    if (!log) continue;
    if (!must_go(*log, now)) break;
    if (log->dropped_early > 0)
      --log->dropped_early;
    else
      drop_front(turn.channel, *log);
  }
  std::vector<LogTrimmed> trimmed;
  for (const ChannelId channel : trimmed_) trimmed.push_back({channel, logs_[channel].tail});
  trimmed_.clear();
  return trimmed;
}

Millis LogKeeper::oldest() const {
  if (order_.empty()) return 0;
  const auto log = logs_.find(order_.front().channel);
  return log == logs_.end() || log->second.segments.empty() ? 0 : log->second.segments.front().begun;
}

}  // namespace tailrace
