#include "commands/load_run.h"

#include "base/clock.h"
#include "base/error.h"
#include "commands/interrupt.h"

#include <malloc.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace tailrace {

namespace {

using namespace std::chrono_literals;

constexpr int kKeptHeap = 256 << 20;
constexpr std::size_t kReadBytes = 256 << 10;
constexpr int kTurnMillis = 20;
constexpr std::size_t kEvents = 512;
constexpr std::uint32_t kBackAtOnce = 20'000;  // connections a second after a cut: as fast as a listener's queue bears
constexpr auto kRetryAfter = 100ms;

// Each client is a descriptor.
void raise_descriptor_limit(std::uint32_t clients) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (clients + 16 > limit.rlim_cur)
    throw StartError("--clients: found " + std::to_string(clients) +
                     "; allowed: " + std::to_string(limit.rlim_cur - 16) + ", the limit of open files (ulimit -n)");
}

void watch(int epoll, int descriptor, std::uint32_t events, void* who, int operation) {
  epoll_event event{events, {.ptr = who}};
  epoll_ctl(epoll, operation, descriptor, &event);
}

}  // namespace

LoadRun::LoadRun(const LoadOptions& options, LoadShared& shared)
    : options_(options),
      shared_(shared),
      destination_(options.url),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      interrupt_(interrupt_descriptor()),
      buffer_(kReadBytes) {
  mallopt(M_TRIM_THRESHOLD, kKeptHeap);  // frames come and go: giving their pages back each time costs a tenth of the core
  raise_descriptor_limit(options.clients);
  clients_.reserve(options.clients);
  for (std::uint32_t i = 0; i < options.clients; ++i) due_.push_back({&clients_.emplace_back(shared_), started_});
  watch(epoll_.get(), interrupt_.get(), EPOLLIN, nullptr, EPOLL_CTL_ADD);
}

LoadOutcome LoadRun::run() {
  outcome_.resident_before = process_usage(options_.watch_pid).resident_bytes;
  if (from_the_start() && options_.cut_for == 0ms) begin_measure();
  while (phase_ != Phase::done) turn();
  progress_.end();
  const auto usage = process_usage(options_.watch_pid);
  outcome_.seconds = seconds_since(window_);
  outcome_.standing = standing_;
  outcome_.live = live_;
  outcome_.cpu_seconds = usage.cpu_seconds - outcome_.cpu_seconds;
  outcome_.resident_bytes = usage.resident_bytes;
  return outcome_;
}

void LoadRun::turn() {
  connect_due();
  wait_and_read();
  advance();
  if (seconds_since(shown_) >= 1) show_progress();
}

void LoadRun::connect_due() {
  if (phase_ == Phase::away) return;
  const bool return_at_once = options_.cut_for > 0ms && phase_ == Phase::measure;
  const auto allowed =
      static_cast<std::uint64_t>(seconds_since(pace_from_) * (return_at_once ? kBackAtOnce : options_.ramp)) + 1;
  for (const auto now = Clock::now(); paced_ < allowed && !due_.empty() && due_.front().at <= now; ++paced_) {
    auto* client = due_.front().client;
    due_.pop_front();
    dial(*client);
  }
}

void LoadRun::dial(LoadClient& client) {
  if (!client.dial(destination_)) return dial_later(client);
  watch(epoll_.get(), client.descriptor(), EPOLLOUT, &client, EPOLL_CTL_ADD);
}

void LoadRun::dial_later(LoadClient& client) {
  due_.push_back({&client, Clock::now() + kRetryAfter});
}

void LoadRun::wait_and_read() {
  std::array<epoll_event, kEvents> events;
  const int ready = epoll_wait(epoll_.get(), events.data(), events.size(), kTurnMillis);
  for (int i = 0; i < ready; ++i) {
    auto* client = static_cast<LoadClient*>(events[i].data.ptr);
    if (client) serve(*client, events[i].events);
    if (!client) interrupted_ = true;
  }
}

void LoadRun::serve(LoadClient& client, std::uint32_t events) {
  const bool was_live = client.live();
  const bool was_standing = client.state() == LoadClient::State::standing;
  if (client.state() == LoadClient::State::connecting) {
    if (events & (EPOLLERR | EPOLLHUP)) {
      client.lost();
    } else {
      client.writable();
      watch(epoll_.get(), client.descriptor(), EPOLLIN, &client, EPOLL_CTL_MOD);
    }
  } else {
    read(client);
  }
  live_ += client.live() - was_live;
  standing_ += (client.state() == LoadClient::State::standing) - was_standing;
  if (client.state() == LoadClient::State::away) dial_later(client);
}

void LoadRun::read(LoadClient& client) {
  const auto got = ::read(client.descriptor(), buffer_.data(), buffer_.size());
  shared_.now = now_millis();
  shared_.clock = seconds_since(window_);
  if (got > 0) return client.read({buffer_.data(), static_cast<std::size_t>(got)});
  if (got == 0 || (errno != EAGAIN && errno != EINTR)) client.lost();
}

void LoadRun::advance() {
  const auto here = standing_ + count(LoadClient::State::refused);
  if (phase_ == Phase::gather && here == clients_.size()) {
    outcome_.gather_seconds = seconds_since(started_);
    options_.cut_for > 0ms ? cut_all() : begin_measure();
  }
  if (phase_ == Phase::away && seconds_since(away_since_) * 1000 >= static_cast<double>(options_.cut_for.count()))
    begin_measure();
  if (interrupted_ || (phase_ == Phase::measure && window_over())) phase_ = Phase::done;
}

void LoadRun::cut_all() {
  for (auto& client : clients_) {
    if (client.state() != LoadClient::State::standing) continue;
    client.cut();
    due_.push_back({&client, Clock::now()});
  }
  standing_ = live_ = 0;
  away_since_ = Clock::now();
  phase_ = Phase::away;
  progress_.note(with_commas(due_.size()) + " clients cut off, back in " + std::to_string(options_.cut_for.count()) +
                 " ms");
}

void LoadRun::begin_measure() {
  shared_.tally.begin_window();
  window_ = pace_from_ = Clock::now();
  paced_ = shown_updates_ = shown_bytes_ = 0;
  outcome_.cpu_seconds = process_usage(options_.watch_pid).cpu_seconds;
  phase_ = Phase::measure;
}

bool LoadRun::window_over() const {
  const auto& tally = shared_.tally;
  if (options_.until_total > 0 && tally.updates >= options_.until_total) return true;
  const bool wants_live = options_.until_live || options_.cut_for > 0ms;
  if (wants_live && options_.run_for == 0ms && live_ == clients_.size()) return true;
  if (count(LoadClient::State::refused) == clients_.size()) return true;
  return options_.run_for > 0ms && seconds_since(window_) * 1000 >= static_cast<double>(options_.run_for.count());
}

std::size_t LoadRun::count(LoadClient::State state) const {
  if (state == LoadClient::State::refused && shared_.tally.refusals.empty()) return 0;
  return static_cast<std::size_t>(
      std::count_if(clients_.begin(), clients_.end(), [state](const auto& client) { return client.state() == state; }));
}

void LoadRun::show_progress() {
  const auto& tally = shared_.tally;
  const auto since = seconds_since(shown_);
  const auto rate = [since](std::uint64_t now, std::uint64_t before) {
    return static_cast<double>(now - std::min(now, before)) / since;
  };
  auto line = decimal_text(seconds_since(started_), 0) + " s  " + with_commas(standing_) + " of " +
              with_commas(clients_.size()) + " subscribed, " + with_commas(live_) + " live  " +
              with_commas(static_cast<std::uint64_t>(rate(tally.updates, shown_updates_))) + " updates/s  " +
              byte_text(rate(tally.bytes, shown_bytes_)) + "/s";
  if (tally.latency.count())
    line +=
        "  p50 " + std::to_string(tally.latency.at(0.5)) + " ms, p99 " + std::to_string(tally.latency.at(0.99)) + " ms";
  if (!tally.clean()) line += "  NOT CLEAN";
  progress_.show(line);
  shown_ = Clock::now();
  shown_updates_ = tally.updates;
  shown_bytes_ = tally.bytes;
}

}  // namespace tailrace
