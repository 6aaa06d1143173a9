#include "commands/order_stream.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <numbers>

namespace tailrace {

namespace {

constexpr std::array kRegions{"eu-west", "us-east", "ap-south", "us-west"};
constexpr std::array kShares{0.36, 0.68, 0.86, 1.0};  // of the regions, added up
constexpr std::array kGoods{"espresso", "filter",   "moka-pot",  "grinder",    "kettle",   "scale",       "cups",
                            "tamper",   "descaler", "beans-1kg", "beans-250g", "milk-jug", "thermometer", "brush"};

constexpr double kCalm = 24;   // orders a second
constexpr double kBreath = 9;  // more and less of them
constexpr double kBreathSeconds = 47;
constexpr double kBurst = 3.4;  // times as many
constexpr double kMedianLatency = 38;

Millis seconds(double count) {
  return static_cast<Millis>(count * 1000);
}

}  // namespace

OrderStream::OrderStream(Millis start, std::uint32_t seed)
    : random_(seed), start_(start), exact_due_(static_cast<double>(start)), due_(start) {
  burst_ = {start + seconds(20), start + seconds(27)};
  incident_ = {start + seconds(75), start + seconds(97)};
  ill_region_ = 1;
}

double OrderStream::rate(Millis time) const {
  const auto passed = static_cast<double>(time - start_) / 1000;
  const auto calm = kCalm + kBreath * std::sin(passed * 2 * std::numbers::pi / kBreathSeconds);
  return burst_.holds(time) ? calm * kBurst : calm;
}

// The next burst and the next incident, once the last is over.
void OrderStream::plan_spells(Millis time) {
  if (time >= burst_.to) {
    const auto from = time + seconds(25 + 40 * uniform());
    burst_ = {from, from + seconds(4 + 6 * uniform())};
  }
  if (time >= incident_.to) {
    const auto from = time + seconds(150 + 150 * uniform());
    incident_ = {from, from + seconds(15 + 15 * uniform())};
    ill_region_ = static_cast<std::size_t>(uniform() * kRegions.size());
  }
}

std::string OrderStream::status(bool ill) {
  const auto draw = uniform();
  if (draw < (ill ? 0.32 : 0.006)) return "failed";
  if (draw < (ill ? 0.40 : 0.05)) return "pending";
  return draw < 0.93 ? "paid" : "refunded";
}

Order OrderStream::next() {
  plan_spells(due_);
  Order order{due_, "ord-" + std::to_string(number_++), {}};
  const auto draw = uniform();
  std::size_t region = 0;
  while (region + 1 < kRegions.size() && draw >= kShares[region]) ++region;
  const bool ill = incident_.holds(due_) && region == ill_region_;
  // Few things are bought much, most a little.
  const auto good = static_cast<std::size_t>(std::pow(uniform(), 2.2) * kGoods.size());
  const int items = 1 + static_cast<int>(4 * std::pow(uniform(), 3));
  const auto amount = items * (4 + 60 * std::pow(uniform(), 2) + static_cast<double>(good));
  const auto latency = kMedianLatency * std::lognormal_distribution<double>(0, 0.45)(random_) * (ill ? 7 : 1);

  char text[256];
  std::snprintf(text, sizeof text,
                R"({"region":"%s","sku":"%s","items":%d,"amount":%.2f,"status":"%s","latency_ms":%.1f})",
                kRegions[region], kGoods[good], items, amount, status(ill).c_str(), latency);
  order.value = text;
  exact_due_ += 1000 * std::exponential_distribution<double>(rate(due_))(random_);
  due_ = static_cast<Millis>(exact_due_);
  return order;
}

}  // namespace tailrace
