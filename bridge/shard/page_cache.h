// The pages of one process: read back from Kafka once, shared by every cursor that needs them. Lives on an executor of its
// own (one thread); ask() may be called from anywhere. Cells are a fixed grid of 1,024 offsets, so that a herd of clients
// who all ask for something else share the same reads; a cell of large records is held in several parts.
//
//   cell  │0        1024│1024      2048│      ask(1500) reads [1024, 2048) once; everyone who asks meanwhile waits for it
//   parts │[0,    1024) │[1024,1700)[1700,…   ask(1900) then reads on from 1700
#pragma once

#include "log/archive.h"

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <list>
#include <map>
#include <tuple>

namespace tailrace {

struct PageCacheProbe {
  std::atomic<std::uint64_t> asked{0};
  std::atomic<std::uint64_t> hit{0};
  std::atomic<std::uint64_t> shared{0};  // waited for a read that someone else had begun
  std::atomic<std::uint64_t> read{0};
  std::atomic<std::uint64_t> failed{0};
  std::atomic<std::uint64_t> bytes{0};
};

class PageCache {
 public:
  using Done = std::function<void(Result<PagePtr>)>;

  // `archive` must outlive the cache; `io` runs on one thread.
  PageCache(boost::asio::io_context& io, Archive& archive, std::size_t max_bytes, PageCacheProbe& probe);

  // A page that accounts for `from` (or, at the end of the partition, an empty one). `done` is called on the cache's thread.
  void ask(ChannelPtr channel, Partition partition, Offset from, Done done);
  // The history of this channel broke: nothing read before counts any more.
  void forget(ChannelId channel);

 private:
  using Lane = std::tuple<ChannelId, std::uint32_t, Partition>;  // channel, epoch, partition
  struct Part {
    PagePtr page;
    std::list<std::pair<Lane, Offset>>::iterator age;
    bool followed = false;  // what comes after it was asked for
  };
  struct Waiter {
    Offset from = 0;
    Done done;
  };
  struct Read {
    PageRequest request;
    std::vector<Waiter> waiters;
  };
  using Parts = std::map<Offset, Part>;  // by the part's first offset

  void ask_here(const ChannelPtr& channel, Partition partition, Waiter waiter);
  Part* find(const Lane& lane, Offset from);
  Offset read_from(const Lane& lane, Offset from) const;
  void begin_read(const Lane& lane, PageRequest request, Waiter waiter);
  void finish_read(const Lane& lane, Offset from, const Result<PagePtr>& result);
  void read_ahead(const Lane& lane, const ChannelPtr& channel, Part& part);
  void keep(const Lane& lane, const PagePtr& page);
  void drop(const Lane& lane, Parts::iterator part);
  void evict();
  static Lane lane_of(const Channel& channel, Partition partition);

  boost::asio::io_context& io_;
  Archive& archive_;
  const std::size_t max_bytes_;
  PageCacheProbe& probe_;
  std::size_t bytes_ = 0;
  std::map<Lane, Parts> lanes_;
  std::list<std::pair<Lane, Offset>> ages_;  // least recently used first
  std::map<std::pair<Lane, Offset>, Read> reads_;
  std::map<ChannelId, std::uint64_t> generations_;
};

}  // namespace tailrace
