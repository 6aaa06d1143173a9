// Re-reads records to see whether topics are still what they were. Owned by Ingest; lives on a thread of its own with its
// own handle; ask from any thread, the answer comes through a function that must be safe to call from that one.
#pragma once

#include "kafka/check.h"
#include "kafka/ingest_probe.h"
#include "kafka/probe.h"
#include "kafka/sighting.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/executor_work_guard.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace tailrace {

class Verifier {
 public:
  using Tell = std::function<void(Sighting)>;

  Verifier(const KafkaSettings& settings, IngestProbe& probe, Tell tell);
  ~Verifier();
  void start();

  // Answered once, when there is something to say: what is doubtful is looked at again until it is certain.
  void check(CheckRequest request);
  void learn(LearnRequest request);

 private:
  using Clock = std::chrono::steady_clock;

  void run_check(CheckRequest request);
  CheckAnswer answer(CheckRequest& request);
  bool ask_bounds(CheckRequest& request, const std::vector<std::int32_t>& leaders);
  bool lasting(const std::string& topic, bool doubtful);
  void find_extents(const CheckRequest& request, CheckAnswer& answer);
  void run_learn(LearnRequest request);
  std::map<Partition, Offset> ask_earliest(const LearnRequest& request);
  std::optional<Undecodable> find_extent(const std::string& topic, const Claim& claim);
  std::vector<Probed> look(const std::string& topic, const std::vector<ProbeRange>& ranges);
  void renew_if_deaf(const std::vector<Claim>& claims, const std::vector<Verdict>& verdicts);

  IngestProbe& probe_;
  const Tell tell_;
  std::atomic<bool> stopping_ = false;
  const KafkaSettings settings_;
  std::unique_ptr<Probe> records_;
  struct Doubt {
    Clock::time_point since;
    int answers = 0;
  };
  std::map<std::string, Doubt> doubts_;
  std::size_t turn_ = 0;  // whose extent is looked for first: one that can't be found keeps no other from it
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_ = make_work_guard(context_);
  std::jthread thread_;
};

}  // namespace tailrace
