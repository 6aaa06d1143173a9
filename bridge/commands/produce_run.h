// Sends records from one of three sources and says what became of them. One thread.
#pragma once

#include "commands/dial.h"
#include "commands/terminal.h"
#include "config/command_options.h"
#include "kafka/producer.h"

#include <chrono>
#include <string>
#include <string_view>

namespace tailrace {

class ProduceRun {
 public:
  // Both must outlive it.
  ProduceRun(const ProduceOptions& options, const Descriptor& interrupt, Progress progress = {});

  // Returns once a broker answers, or false on an interrupt. Throws std::runtime_error, soon, where none does.
  bool await_kafka();

  void send_input();
  void send_generated();
  void send_demo();

  bool finish();  // waits for the acknowledgements; whether all came
  std::string summary() const;

 private:
  using Clock = std::chrono::steady_clock;

  bool send_line(const std::string& line);
  bool send_generated_record();
  bool send(const NewRecord& record);
  bool over() const;
  bool wait(int descriptor, int millis);  // until readable or so long; false when interrupted
  void tick();                            // deliveries, progress
  double seconds() const { return std::chrono::duration<double>(Clock::now() - started_).count(); }

  const ProduceOptions& options_;
  const Descriptor& interrupt_;
  Producer producer_;
  Progress progress_;
  Clock::time_point started_ = Clock::now();
  Clock::time_point shown_ = started_;
  std::uint64_t sent_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t shown_sent_ = 0;
  std::uint64_t refused_ = 0;
  std::string trouble_;
  std::string value_;  // of generated records, made anew in place
};

}  // namespace tailrace
