// The demo's records: this machine's metrics and a stream of orders, from some minutes ago on, so that a page opens
// filled. Values in, values out: whoever owns it says what time it is and sends what comes.
#pragma once

#include "commands/host_metrics.h"
#include "commands/order_stream.h"
#include "config/channel_rule.h"

#include <optional>
#include <string>
#include <vector>

namespace tailrace {

inline constexpr const char* kMetricsTopic = "metrics";
inline constexpr const char* kOrdersTopic = "orders";

struct DemoRecord {
  std::string topic;
  std::string key;
  std::string value;
  Millis timestamp = 0;
};

class DemoData {
 public:
  // Begins at `start`; what lies before the first until() is made up around the first real reading.
  DemoData(Millis start, std::uint32_t seed);

  // Everything since the last call, up to `now`, by time.
  std::vector<DemoRecord> until(Millis now);

 private:
  void add_metrics(std::vector<DemoRecord>& records, Millis time, const HostNumbers& numbers) const;
  HostNumbers made_up(const HostNumbers& around);
  HostNumbers measure(Millis now);

  std::string host_ = host_name();
  std::mt19937 random_;
  OrderStream orders_;
  Millis next_metrics_;
  HostCounters last_;
  std::optional<HostNumbers> measured_;
  double drift_ = 0;  // of what is made up
};

// How the demo's topics are shown: titles, units, and every other topic as it is.
std::vector<ChannelRule> demo_channels();

}  // namespace tailrace
