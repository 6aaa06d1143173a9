#include "shard/shard_pool.h"

#include <algorithm>

namespace tailrace {

namespace {

std::size_t inbox_bytes(const FeedEvent& event) {
  const auto* appended = std::get_if<LogAppended>(&event);
  return appended ? appended->batch->bytes() : 0;
}

}  // namespace

ShardPool::ShardPool(ShardPoolOptions options, const std::set<std::string>& expected, Archive& archive)
    : pages_(pages_io_, archive, options.page_bytes, pages_probe_) {
  for (std::size_t i = 0; i < options.shards; ++i) {
    probes_.push_back(std::make_unique<ShardProbe>());
    shards_.push_back(std::make_unique<Shard>(options.shard, expected, archive, pages_, *probes_.back()));
  }
}

ShardPool::~ShardPool() { stop(); }

void ShardPool::start_thread(boost::asio::io_context& io) {
  work_.push_back(boost::asio::make_work_guard(io));
  threads_.emplace_back([&io] { io.run(); });
}

void ShardPool::start() {
  start_thread(pages_io_);
  for (const auto& shard : shards_) start_thread(shard->io());
}

void ShardPool::stop() {
  work_.clear();
  pages_io_.stop();
  for (const auto& shard : shards_) shard->io().stop();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void ShardPool::publish(FeedEvent event) {
  follow(event);
  const std::size_t bytes = inbox_bytes(event);
  for (const auto& shard : shards_) {
    if (shard->deliver(event, bytes)) continue;
    std::vector<LogSkipped> skipped;
    for (const auto& [channel, newest] : newest_) skipped.push_back({channel, newest.head, newest.sequence});
    shard->skip_to(std::move(skipped));
  }
}

// Where every log stands after this event.
void ShardPool::follow(const FeedEvent& event) {
  if (const auto* appended = std::get_if<LogAppended>(&event)) {
    Newest& newest = newest_[appended->channel];
    apply(newest.head, *appended->batch);
    ++newest.sequence;
  } else if (const auto* opened = std::get_if<LogOpened>(&event)) {
    newest_[opened->channel->id] = {opened->start, 0};
  } else if (const auto* reset = std::get_if<LogReset>(&event)) {
    newest_[reset->channel] = {reset->start, 0};
    pages_.forget(reset->channel);
  } else if (const auto* started = std::get_if<PartitionStarted>(&event)) {
    auto& head = newest_[started->channel].head;
    head.resize(std::max(head.size(), static_cast<std::size_t>(started->partition) + 1), kUnknown);
    head[static_cast<std::size_t>(started->partition)] = started->start;
  } else if (const auto* closed = std::get_if<LogClosed>(&event)) {
    newest_.erase(closed->channel->id);
    pages_.forget(closed->channel->id);
  }
}

Shard& ShardPool::next() { return *shards_[turn_++ % shards_.size()]; }

}  // namespace tailrace
