// The page readers and who waits for them. First come, first served, but a reader that stands where a waiting request
// begins takes that one next, a few times in a row. read() from any thread; `done` is called on a thread of the pool's.
#pragma once

#include "kafka/archive_probe.h"
#include "kafka/page_source.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <vector>

namespace tailrace {

class PagePool {
 public:
  using Done = std::function<void(Result<PagePtr>)>;
  // `stopping`, which ends a wait early, outlives the reader.
  using MakeReader = std::function<std::unique_ptr<PageSource>(const std::atomic<bool>& stopping)>;

  PagePool(const MakeReader& make, std::size_t readers, ArchiveProbe& probe);
  ~PagePool();

  void read(PageRequest request, Done done);
  void stop();  // what is unanswered stays so

 private:
  struct Job {
    PageRequest request;
    Done done;
  };
  using Jobs = std::list<Job>;
  using Key = std::tuple<ChannelId, std::uint64_t, Partition, Offset>;  // with the generation
  struct Slot {
    std::unique_ptr<PageSource> reader;
    bool busy = false;
    int in_a_row = 0;  // jobs that it took out of turn
    std::optional<Key> stands;
    std::chrono::steady_clock::time_point used;
  };

  static Key key_of(const PageRequest& request) {
    return {request.channel->id, request.generation, request.partition, request.from};
  }

  // On the strand.
  void enqueue(Job job);
  void dispatch();
  Slot* slot_for(const Key& key);
  void run(Slot& slot, Jobs::iterator job);
  void finished(Slot& slot, std::optional<Key> stands);
  bool go_on(Slot& slot);
  void tidy();
  // On any thread of the pool, the slot being busy.
  void work(Slot& slot, Job& job);

  ArchiveProbe& probe_;
  std::atomic<bool> stopping_ = false;
  std::vector<std::unique_ptr<Slot>> slots_;
  Jobs waiting_;
  std::map<Key, Jobs::iterator> by_start_;  // of those that begin alike, one
  boost::asio::thread_pool threads_;
  boost::asio::strand<boost::asio::thread_pool::executor_type> strand_;
  boost::asio::steady_timer timer_;
};

}  // namespace tailrace
