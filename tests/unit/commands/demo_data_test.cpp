#include "commands/demo_data.h"

#include "tree.h"
#include "wire/json_text.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>

namespace tailrace {
namespace {

constexpr Millis kStart = 1'732'147'200'000;
constexpr Millis kMinute = 60'000;

std::vector<Order> orders_for(Millis length, std::uint32_t seed) {
  std::vector<Order> orders;
  OrderStream stream(kStart, seed);
  while (stream.due() < kStart + length) orders.push_back(stream.next());
  return orders;
}

TEST(OrderStream, is_the_same_for_the_same_seed) {
  const auto one = orders_for(kMinute, 5), two = orders_for(kMinute, 5), other = orders_for(kMinute, 6);
  ASSERT_EQ(one.size(), two.size());
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_EQ(one[i].value, two[i].value);
  EXPECT_NE(one[3].value, other[3].value);
}

TEST(OrderStream, is_lively_and_orderly) {
  const auto orders = orders_for(10 * kMinute, 1);
  EXPECT_GT(orders.size(), 8'000u);
  EXPECT_LT(orders.size(), 40'000u);
  std::set<std::string> ids;
  std::map<std::string, int> words;
  Millis last = kStart;
  for (const auto& order : orders) {
    EXPECT_TRUE(ids.insert(order.id).second);
    EXPECT_TRUE(is_json(order.value)) << order.value;
    EXPECT_GE(order.time, last);
    last = order.time;
    for (const char* word : {"eu-west", "us-east", "ap-south", "us-west", "paid", "failed", "pending", "refunded"})
      words[word] += order.value.find(word) != std::string::npos;
  }
  for (const auto& [word, count] : words) EXPECT_GT(count, 10) << word;
}

// Orders of each second, so that a burst can be seen.
TEST(OrderStream, has_bursts_and_incidents) {
  std::map<Millis, int> per_second;
  std::map<Millis, int> failed;
  for (const auto& order : orders_for(10 * kMinute, 2)) {
    ++per_second[order.time / 1000];
    failed[order.time / 10'000] += order.value.find("failed") != std::string::npos;
  }
  const auto most =
      std::max_element(per_second.begin(), per_second.end(), [](auto& a, auto& b) { return a.second < b.second; });
  EXPECT_GT(most->second, 60);
  EXPECT_GT(
      std::max_element(failed.begin(), failed.end(), [](auto& a, auto& b) { return a.second < b.second; })->second, 8);
}

TEST(DemoData, opens_with_its_past_and_goes_on_without_a_hole) {
  DemoData data(kStart, 3);
  const auto past = data.until(kStart + 2 * kMinute);
  const auto more = data.until(kStart + 2 * kMinute + 1000);
  std::map<std::string, Millis> last;
  Millis before = kStart;
  std::set<Millis> ticks;
  for (const auto* part : {&past, &more})
    for (const auto& record : *part) {
      EXPECT_GE(record.timestamp, before) << "by time over all topics";
      before = record.timestamp;
      EXPECT_TRUE(is_json(record.value)) << record.value;
      if (record.topic == kMetricsTopic) ticks.insert(record.timestamp);
    }
  EXPECT_LE(before, kStart + 2 * kMinute + 1000);
  EXPECT_EQ(ticks.size(), 243u) << "every half second, both ends included";
  EXPECT_EQ(*ticks.begin(), kStart);
  EXPECT_FALSE(data.until(kStart + 2 * kMinute + 1000).size()) << "nothing twice";
}

TEST(DemoData, metrics_have_the_machine_and_its_cores) {
  DemoData data(kStart, 3);
  std::set<std::string> keys;
  std::string host;
  for (const auto& record : data.until(kStart)) {
    if (record.topic != kMetricsTopic) continue;
    keys.insert(record.key);
    if (record.key == host_name()) host = record.value;
  }
  EXPECT_TRUE(keys.contains(host_name() + "/cpu0"));
  for (const char* field :
       {"\"cpu\":", "\"memory\":", "\"load\":", "\"net_in\":", "\"net_out\":", "\"disk_read\":", "\"disk_write\":"})
    EXPECT_THAT(host, testing::HasSubstr(field));
}

TEST(HostMetrics, numbers_come_from_two_readings) {
  const std::string root = in_tree("tests/unit/commands/host");
  const auto before = read_host(1000, root + "/before"), after = read_host(3000, root + "/after");
  const auto numbers = host_numbers(before, after);
  ASSERT_EQ(numbers.cpus.size(), 3u);
  EXPECT_DOUBLE_EQ(numbers.cpus[0], 50);
  EXPECT_DOUBLE_EQ(numbers.cpus[1], 100);
  EXPECT_DOUBLE_EQ(numbers.cpus[2], 0);
  EXPECT_DOUBLE_EQ(numbers.numbers.at("net_in"), 1.5);
  EXPECT_DOUBLE_EQ(numbers.numbers.at("net_out"), 0.5);
  EXPECT_DOUBLE_EQ(numbers.numbers.at("disk_read"), 0.512);
  EXPECT_DOUBLE_EQ(numbers.numbers.at("memory"), 75);
  EXPECT_DOUBLE_EQ(numbers.numbers.at("load"), 0.42);
  EXPECT_DOUBLE_EQ(numbers.numbers.at("pressure_io"), 1.53);
  EXPECT_FALSE(numbers.numbers.contains("pressure_cpu")) << "what a machine does not have is left out";
}

}  // namespace
}  // namespace tailrace
