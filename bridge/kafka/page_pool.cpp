#include "kafka/page_pool.h"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>

namespace tailrace {
namespace {

constexpr int kInARow = 8;
constexpr std::chrono::milliseconds kTidyInterval{500};
constexpr std::chrono::milliseconds kIdle{300};

// A reader may need another handle, and there may be none to be had.
Result<PagePtr> read_with(PageSource& reader, const PageRequest& request) try {
  return reader.read(request);
} catch (const StartError& error) {
  return Error{"unavailable", error.what()};
}

}  // namespace

PagePool::PagePool(const MakeReader& make, std::size_t readers, ArchiveProbe& probe)
    : probe_(probe), threads_(readers), strand_(boost::asio::make_strand(threads_)), timer_(threads_) {
  for (std::size_t i = 0; i < readers; ++i) slots_.push_back(std::make_unique<Slot>());
  for (const auto& slot : slots_) slot->reader = make(stopping_);
  boost::asio::post(strand_, [this] { tidy(); });
}

PagePool::~PagePool() { stop(); }

void PagePool::stop() {
  stopping_ = true;
  threads_.stop();
  threads_.join();
}

void PagePool::read(PageRequest request, Done done) {
  probe_.waiting.fetch_add(1, std::memory_order_relaxed);
  boost::asio::post(strand_, [this, job = Job{std::move(request), std::move(done)}]() mutable { enqueue(std::move(job)); });
}

void PagePool::enqueue(Job job) {
  const Key key = key_of(job.request);
  waiting_.push_back(std::move(job));
  by_start_.try_emplace(key, std::prev(waiting_.end()));
  dispatch();
}

void PagePool::dispatch() {
  while (!waiting_.empty()) {
    Slot* slot = slot_for(key_of(waiting_.front().request));
    if (!slot) return;
    slot->in_a_row = 0;
    run(*slot, waiting_.begin());
  }
}

// The one that stands there, else one that stands nowhere, else the one that has been idle for longest.
PagePool::Slot* PagePool::slot_for(const Key& key) {
  Slot* best = nullptr;
  for (const auto& slot : slots_) {
    if (slot->busy) continue;
    if (slot->stands == key) return slot.get();
    if (!best || std::pair(slot->stands.has_value(), slot->used) < std::pair(best->stands.has_value(), best->used))
      best = slot.get();
  }
  return best;
}

void PagePool::run(Slot& slot, Jobs::iterator at) {
  if (const auto found = by_start_.find(key_of(at->request)); found != by_start_.end() && found->second == at)
    by_start_.erase(found);
  Job job = std::move(*at);
  waiting_.erase(at);
  job.request.in_order = job.request.in_order && waiting_.empty();  // else another partition may have the slot next
  slot.busy = true;
  probe_.waiting.fetch_sub(1, std::memory_order_relaxed);
  boost::asio::post(threads_, [this, &slot, job = std::move(job)]() mutable { work(slot, job); });
}

void PagePool::work(Slot& slot, Job& job) {
  auto result = read_with(*slot.reader, job.request);
  slot.reader->serve();
  std::optional<Key> stands;
  if (result && !(*result)->at_end)
    stands = Key{job.request.channel->id, job.request.generation, job.request.partition, (*result)->next};
  boost::asio::post(strand_, [this, &slot, stands] { finished(slot, stands); });
  if (!stopping_) job.done(std::move(result));
}

void PagePool::finished(Slot& slot, std::optional<Key> stands) {
  slot.busy = false;
  slot.stands = stands;
  slot.used = std::chrono::steady_clock::now();
  if (!go_on(slot)) dispatch();
}

bool PagePool::go_on(Slot& slot) {
  if (!slot.stands || slot.in_a_row >= kInARow) return false;
  const auto next = by_start_.find(*slot.stands);
  if (next == by_start_.end()) return false;
  ++slot.in_a_row;
  run(slot, next->second);
  return true;
}

void PagePool::tidy() {
  const auto now = std::chrono::steady_clock::now();
  for (const auto& slot : slots_) {
    if (slot->busy) continue;
    slot->reader->serve();
    if (!slot->stands || now - slot->used < kIdle) continue;
    slot->reader->rest();
    slot->stands.reset();
  }
  timer_.expires_after(kTidyInterval);
  timer_.async_wait(boost::asio::bind_executor(strand_, [this](boost::system::error_code error) {
    if (!error) tidy();
  }));
}

}  // namespace tailrace
