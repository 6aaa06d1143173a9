#include "commands/demo_data.h"

#include "commands/terminal.h"

#include <algorithm>
#include <cmath>

namespace tailrace {

namespace {

constexpr Millis kMetricsEvery = 500;

std::string host_value(const HostNumbers& numbers) {
  auto value = "{\"cpu\":" + decimal_text(numbers.cpus.empty() ? 0 : numbers.cpus.front(), 2);
  for (const auto& [name, number] : numbers.numbers) value += ",\"" + name + "\":" + decimal_text(number, 2);
  return value + "}";
}

}  // namespace

DemoData::DemoData(Millis start, std::uint32_t seed) : random_(seed), orders_(start, seed), next_metrics_(start) {}

std::vector<DemoRecord> DemoData::until(Millis now) {
  std::vector<DemoRecord> records;
  for (; orders_.due() <= now;) {
    auto order = orders_.next();
    records.push_back({kOrdersTopic, std::move(order.id), std::move(order.value), order.time});
  }
  for (; next_metrics_ <= now; next_metrics_ += kMetricsEvery) {
    const bool past = next_metrics_ + kMetricsEvery <= now;
    add_metrics(records, next_metrics_, past ? made_up(measured_ ? *measured_ : measure(now)) : measure(now));
  }
  std::stable_sort(records.begin(), records.end(),
                   [](const auto& a, const auto& b) { return a.timestamp < b.timestamp; });
  return records;
}

// Between two readings at the same time nothing has happened, which is no measure.
HostNumbers DemoData::measure(Millis now) {
  if (measured_ && now - last_.time < kMetricsEvery / 2) return *measured_;
  auto counters = read_host(now);
  if (!measured_) last_ = host_at_boot(counters);
  measured_ = host_numbers(last_, counters);
  last_ = std::move(counters);
  return *measured_;
}

// A slow wave and some noise around what was measured.
HostNumbers DemoData::made_up(const HostNumbers& around) {
  std::normal_distribution<double> noise(0, 1);
  drift_ = 0.97 * drift_ + 0.25 * noise(random_);
  auto numbers = around;
  for (auto& cpu : numbers.cpus)
    cpu = std::clamp(std::max(cpu, 8.0) * (1 + 0.12 * drift_ + 0.08 * noise(random_)), 0.0, 100.0);
  for (auto& [name, number] : numbers.numbers)
    if (name != "memory" && name != "load") number = std::max(0.0, number * (1 + 0.2 * drift_ + 0.15 * noise(random_)));
  return numbers;
}

void DemoData::add_metrics(std::vector<DemoRecord>& records, Millis time, const HostNumbers& numbers) const {
  records.push_back({kMetricsTopic, host_, host_value(numbers), time});
  for (std::size_t core = 1; core < numbers.cpus.size(); ++core)
    records.push_back({kMetricsTopic, host_ + "/cpu" + std::to_string(core - 1),
                       "{\"cpu\":" + decimal_text(numbers.cpus[core], 2) + "}", time});
}

std::vector<ChannelRule> demo_channels() {
  ChannelRule metrics;
  metrics.topic = kMetricsTopic;
  metrics.title = "This machine";
  metrics.units = {{"cpu", "%"},          {"memory", "%"},       {"net_in", "MB/s"},
                   {"net_out", "MB/s"},   {"disk_read", "MB/s"}, {"disk_write", "MB/s"},
                   {"pressure_cpu", "%"}, {"pressure_io", "%"},  {"pressure_memory", "%"}};
  metrics.fields = {"cpu", "memory", "net_in", "disk_write"};
  ChannelRule orders;
  orders.topic = kOrdersTopic;
  orders.title = "Orders";
  orders.units = {{"amount", "€"}, {"latency_ms", "ms"}};
  orders.fields = {"latency_ms", "amount", "items"};
  ChannelRule others;
  others.topic = "^.*";
  return {metrics, orders, others};
}

}  // namespace tailrace
