#include "shard/page_cache.h"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace tailrace {

namespace {

Offset cell_start(Offset offset) { return offset / kPageSpan * kPageSpan; }

bool accounts_for(const Page& page, Offset offset) { return page.from <= offset && offset < page.next; }

}  // namespace

PageCache::PageCache(boost::asio::io_context& io, Archive& archive, std::size_t max_bytes, PageCacheProbe& probe)
    : io_(io), archive_(archive), max_bytes_(max_bytes), probe_(probe) {}

PageCache::Lane PageCache::lane_of(const Channel& channel, Partition partition) {
  return {channel.id, channel.epoch, partition};
}

void PageCache::ask(ChannelPtr channel, Partition partition, Offset from, Done done) {
  boost::asio::post(io_, [this, channel = std::move(channel), partition, from, done = std::move(done)]() mutable {
    ++probe_.asked;
    ask_here(channel, partition, {from, std::move(done)});
  });
}

void PageCache::ask_here(const ChannelPtr& channel, Partition partition, Waiter waiter) {
  const Lane lane = lane_of(*channel, partition);
  if (Part* part = find(lane, waiter.from)) {
    ++probe_.hit;
    waiter.done(part->page);
    read_ahead(lane, channel, *part);
    return;
  }
  const Offset from = read_from(lane, waiter.from);
  if (const auto at = reads_.find({lane, from}); at != reads_.end()) {
    ++probe_.shared;
    at->second.waiters.push_back(std::move(waiter));
    return;
  }
  begin_read(lane, {channel, partition, from, cell_start(from) + kPageSpan}, std::move(waiter));
}

PageCache::Part* PageCache::find(const Lane& lane, Offset from) {
  const auto parts = lanes_.find(lane);
  if (parts == lanes_.end()) return nullptr;
  const auto after = parts->second.upper_bound(from);
  if (after == parts->second.begin()) return nullptr;
  Part& part = std::prev(after)->second;
  if (!accounts_for(*part.page, from)) return nullptr;
  ages_.splice(ages_.end(), ages_, part.age);
  return &part;
}

// The cell's start, so that all share one read. Where a part of the cell is there and ended short (large records), one of
// the places at which more parts like it would begin: so all share the parts, too, and nobody reads through the whole cell.
Offset PageCache::read_from(const Lane& lane, Offset from) const {
  const Offset start = cell_start(from);
  const auto parts = lanes_.find(lane);
  if (parts == lanes_.end()) return start;
  const auto after = parts->second.upper_bound(from);
  if (after == parts->second.begin()) return start;
  const Page& before = *std::prev(after)->second.page;
  if (before.next <= start || before.at_end) return std::max(start, before.next);
  const Offset span = before.next - before.from;
  return before.next + (from - before.next) / span * span;
}

void PageCache::begin_read(const Lane& lane, PageRequest request, Waiter waiter) {
  ++probe_.read;
  request.max_bytes = std::min(request.max_bytes, std::max<std::size_t>(max_bytes_ / 4, 1));
  request.generation = generations_[request.channel->id];
  request.in_order = request.from > 0 && find(lane, request.from - 1);
  Read& read = reads_[{lane, request.from}];
  read.request = request;
  if (waiter.done) read.waiters.push_back(std::move(waiter));
  archive_.read(std::move(request), [this, lane, from = read.request.from](Result<PagePtr> result) {
    boost::asio::post(io_, [this, lane, from, result = std::move(result)] { finish_read(lane, from, result); });
  });
}

void PageCache::finish_read(const Lane& lane, Offset from, const Result<PagePtr>& result) {
  auto node = reads_.extract({lane, from});
  if (node.empty()) return;
  Read& read = node.mapped();
  if (result.has_error() || read.request.generation != generations_[read.request.channel->id]) {
    ++probe_.failed;
    const Error error = result.has_error() ? result.error() : Error{"unavailable", "the channel's history changed"};
    for (Waiter& waiter : read.waiters) waiter.done(error);
    return;
  }
  const PagePtr& page = *result;
  if (page->next > page->from) keep(lane, page);
  for (Waiter& waiter : read.waiters) {
    // Ended short of the place asked for: the rest of the cell is another part.
    if (waiter.from >= page->next && !page->at_end)
      ask_here(read.request.channel, read.request.partition, std::move(waiter));
    else
      waiter.done(page);
  }
  if (Part* part = read.waiters.empty() ? nullptr : find(lane, page->from)) read_ahead(lane, read.request.channel, *part);
  evict();
}

// Somebody reads this partition in order: the next cell is wanted before it is asked for.
void PageCache::read_ahead(const Lane& lane, const ChannelPtr& channel, Part& part) {
  const Page& page = *part.page;
  if (part.followed || page.at_end || page.from == 0 || !find(lane, page.from - 1)) return;
  part.followed = true;
  if (find(lane, page.next) || reads_.contains({lane, page.next})) return;
  begin_read(lane, {channel, std::get<Partition>(lane), page.next, cell_start(page.next) + kPageSpan}, {});
}

void PageCache::keep(const Lane& lane, const PagePtr& page) {
  Parts& parts = lanes_[lane];
  if (const auto old = parts.find(page->from); old != parts.end()) drop(lane, old);
  ages_.emplace_back(lane, page->from);
  lanes_[lane][page->from] = {page, std::prev(ages_.end())};
  bytes_ += page->bytes;
  probe_.bytes = bytes_;
}

void PageCache::drop(const Lane& lane, Parts::iterator part) {
  bytes_ -= part->second.page->bytes;
  ages_.erase(part->second.age);
  Parts& parts = lanes_[lane];
  parts.erase(part);
  if (parts.empty()) lanes_.erase(lane);
}

void PageCache::evict() {
  while (bytes_ > max_bytes_ && !ages_.empty()) {
    const auto [lane, from] = ages_.front();
    drop(lane, lanes_[lane].find(from));
  }
  probe_.bytes = bytes_;
}

void PageCache::forget(ChannelId channel) {
  boost::asio::post(io_, [this, channel] {
    ++generations_[channel];
    for (auto next = ages_.begin(); next != ages_.end();) {
      const auto [lane, from] = *next++;
      if (std::get<0>(lane) == channel) drop(lane, lanes_[lane].find(from));
    }
  });
}

}  // namespace tailrace
