// All clients of one load, on one thread around epoll: connects them at the asked pace, measures a window, ends.
//
//   gather (connect, subscribe) ──all standing──► [cut, away] ──► measure ──► done
#pragma once

#include "commands/load_client.h"
#include "commands/process_usage.h"
#include "commands/terminal.h"
#include "config/command_options.h"

#include <chrono>
#include <deque>
#include <vector>

namespace tailrace {

struct LoadOutcome {
  double seconds = 0;  // of the window
  double gather_seconds = 0;
  std::size_t standing = 0;
  std::size_t live = 0;
  double cpu_seconds = 0;  // of the watched process, in the window
  std::uint64_t resident_before = 0;
  std::uint64_t resident_bytes = 0;
};

class LoadRun {
 public:
  LoadRun(const LoadOptions& options, LoadShared& shared);
  LoadOutcome run();

 private:
  using Clock = std::chrono::steady_clock;
  enum class Phase { gather, away, measure, done };

  // A client to connect, no sooner than then.
  struct Due {
    LoadClient* client = nullptr;
    Clock::time_point at{};
  };

  void turn();
  void connect_due();
  void dial(LoadClient& client);
  void dial_later(LoadClient& client);
  void wait_and_read();
  void serve(LoadClient& client, std::uint32_t events);
  void read(LoadClient& client);
  void advance();
  void cut_all();
  void begin_measure();
  bool window_over() const;
  void show_progress();
  std::size_t count(LoadClient::State state) const;
  double seconds_since(Clock::time_point then) const {
    return std::chrono::duration<double>(Clock::now() - then).count();
  }
  bool from_the_start() const { return options_.until_total > 0 || options_.until_live; }

  const LoadOptions& options_;
  LoadShared& shared_;
  Destination destination_;
  Descriptor epoll_;
  Descriptor interrupt_;
  std::vector<LoadClient> clients_;
  std::deque<Due> due_;
  std::vector<char> buffer_;
  Progress progress_;

  Phase phase_ = Phase::gather;
  Clock::time_point started_ = Clock::now();
  Clock::time_point window_ = started_;
  Clock::time_point away_since_ = started_;
  Clock::time_point pace_from_ = started_;
  Clock::time_point shown_ = started_;
  std::uint64_t paced_ = 0;
  std::uint64_t shown_updates_ = 0;
  std::uint64_t shown_bytes_ = 0;
  std::size_t standing_ = 0;
  std::size_t live_ = 0;
  bool interrupted_ = false;
  LoadOutcome outcome_;
};

}  // namespace tailrace
