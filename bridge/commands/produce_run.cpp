#include "commands/produce_run.h"

#include "base/clock.h"
#include "commands/demo_data.h"
#include "commands/interrupt.h"
#include "commands/kafka_settings.h"
#include "commands/line_reader.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <stdexcept>

namespace tailrace {

namespace {

using namespace std::chrono_literals;

constexpr int kAnswerMillis = 1000;
constexpr double kAnswerSeconds = 10;  // of a broker that takes the connection, or is far away
constexpr int kFlushMillis = 100;
constexpr double kFlushSeconds = 30;
constexpr double kHurriedSeconds = 3;
constexpr std::size_t kMostQueued = 50'000;
constexpr int kDemoMillis = 50;
constexpr std::uint64_t kAtOnce = 1000;

// Retries must not send a record twice, unless somebody chose otherwise.
KafkaSettings reach(const ProduceOptions& options) {
  auto properties = options.kafka;
  if (!properties.contains("acks") && !properties.contains("request.required.acks"))
    properties.try_emplace("enable.idempotence", "true");
  return reach_kafka(options.brokers, properties);
}

std::string rate_text(double rate) {
  return with_commas(static_cast<std::uint64_t>(rate)) + "/s";
}

}  // namespace

ProduceRun::ProduceRun(const ProduceOptions& options, const Descriptor& interrupt, Progress progress)
    : options_(options), interrupt_(interrupt), producer_(reach(options)), progress_(std::move(progress)) {}

bool ProduceRun::await_kafka() {
  while (!producer_.answers(kAnswerMillis)) {
    if (interrupted(interrupt_)) return false;
    if (!producer_.all_down() && seconds() < kAnswerSeconds) continue;
    throw std::runtime_error("kafka " + reach(options_).brokers + ": " + no_answer(producer_) + "; is --brokers right?");
  }
  started_ = shown_ = Clock::now();
  return true;
}

// The producer waits where its queue is full, deaf to Ctrl-C; so it is never filled. False: interrupted, nothing sent.
bool ProduceRun::send(const NewRecord& record) {
  for (; producer_.queued() >= kMostQueued; tick())
    if (!wait(-1, kFlushMillis)) return false;
  ++sent_;
  bytes_ += record.value->size() + (record.key ? record.key->size() : 0);
  if (const auto refused = producer_.send(record)) {
    ++refused_;
    trouble_ = *refused;
  }
  return true;
}

bool ProduceRun::send_line(const std::string& line) {
  if (line.empty()) return true;
  const std::string_view whole(line);
  const auto tab = whole.find('\t');
  NewRecord record{options_.topic, {}, whole, {}, {}, 0};
  if (tab != std::string_view::npos) record.key = whole.substr(0, tab);
  if (record.key) record.value = whole.substr(tab + 1);
  return send(record);
}

void ProduceRun::send_input() {
  LineReader lines(STDIN_FILENO);
  for (bool more = true; more;) {
    if (!wait(STDIN_FILENO, kFlushMillis)) return;
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (poll(&input, 1, 0) > 0) more = lines.fill();
    while (const auto line = lines.next())
      if (!send_line(*line)) return;
    tick();
  }
}

bool ProduceRun::over() const {
  const bool enough = options_.count > 0 && sent_ >= options_.count;
  const bool late = options_.run_for > 0ms && Clock::now() - started_ >= options_.run_for;
  return enough || late || interrupted(interrupt_);
}

void ProduceRun::send_generated() {
  while (!over()) {
    const auto due =
        options_.rate ? static_cast<std::uint64_t>(seconds() * static_cast<double>(options_.rate)) : sent_ + kAtOnce;
    const auto end = options_.count ? std::min(due, options_.count) : due;
    while (sent_ < end && send_generated_record()) {
    }
    tick();
    if (options_.rate) wait(-1, 1);
  }
}

bool ProduceRun::send_generated_record() {
  const auto key = "k" + std::to_string(sent_ % options_.keys);
  const auto now = now_millis();
  value_ = "{\"n\":" + std::to_string(sent_ / options_.keys) + ",\"sent\":" + std::to_string(now) + ",\"pad\":\"";
  value_.append(options_.size > value_.size() + 2 ? options_.size - value_.size() - 2 : 0, 'x');
  value_ += "\"}";
  return send({options_.topic, key, value_, {}, {}, now});
}

void ProduceRun::send_demo() {
  DemoData data(now_millis() - options_.back_dated.count(), std::random_device{}());
  do {
    for (const auto& record : data.until(now_millis()))
      if (!send({record.topic, record.key, record.value, {}, {}, record.timestamp})) return;
    tick();
  } while (!over() && wait(-1, kDemoMillis));
}

bool ProduceRun::wait(int descriptor, int millis) {
  pollfd both[] = {{descriptor, POLLIN, 0}, {interrupt_.get(), POLLIN, 0}};
  return poll(both, 2, millis) <= 0 || both[1].revents == 0;
}

void ProduceRun::tick() {
  producer_.serve();
  const std::chrono::duration<double> since = Clock::now() - shown_;
  if (since < 1s) return;
  auto line = with_commas(sent_) + " sent, " + with_commas(producer_.delivered()) + " acknowledged, " +
              rate_text(static_cast<double>(sent_ - shown_sent_) / since.count());
  if (producer_.failed() + refused_) line += ", " + with_commas(producer_.failed() + refused_) + " failed";
  if (const auto why = why_unreachable(producer_); producer_.delivered() == 0 && !why.empty()) line += " (" + why + ")";
  progress_.show(line);
  shown_ = Clock::now();
  shown_sent_ = sent_;
}

bool ProduceRun::finish() {
  const auto until = seconds() + (interrupted(interrupt_) ? kHurriedSeconds : kFlushSeconds);
  while (!producer_.flush(kFlushMillis) && seconds() < until) tick();
  progress_.end();
  return refused_ == 0 && producer_.failed() == 0 && producer_.delivered() == sent_;
}

std::string ProduceRun::summary() const {
  const auto missing = sent_ - producer_.delivered();
  auto text = with_commas(sent_) + " records, " + byte_text(static_cast<double>(bytes_)) + " in " +
              decimal_text(seconds(), 1) + " s (" + rate_text(static_cast<double>(sent_) / std::max(seconds(), 0.001)) +
              "), " + with_commas(producer_.delivered()) + " acknowledged";
  if (missing == 0) return text;
  const auto refused = trouble_.empty() ? producer_.trouble() : trouble_;
  const auto why = refused.empty() ? why_unreachable(producer_) : printable(refused);
  return text + ", " + with_commas(missing) + " not: " + (why.empty() ? "no answer" : why);
}

}  // namespace tailrace
