#include "wire/reply.h"

#include "golden.h"
#include "wire/batch_builder.h"
#include "wire/websocket_frame.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace tailrace {
namespace {

std::map<std::string, std::string> golden_frames() {
  simdjson::dom::parser parser;
  std::map<std::string, std::string> frames;
  for (const auto vector : golden(parser, "server.json")["frames"].get_array())
    frames[text_of(vector["name"])] = text_frame(text_of(vector["frame"]));
  return frames;
}

Channel channel_named(std::string name) {
  Channel channel;
  channel.name = std::move(name);
  return channel;
}

// Every frame that the server says, by its name in golden/server.json.
std::map<std::string, std::string> said_frames() {
  const auto position = [](std::string_view text) { return parse_position(text).value(); };
  const auto reset = [&](std::string_view why) { return reset_frame("metrics", why, position("v1.5ad1c3f0.0:0,1:0")); };
  const auto empty = position("v1.5ad1c3f0.");
  const auto zero = position("v1.5ad1c3f0.0:0");
  const auto metrics = channel_named("metrics");
  Welcome welcome{"tailrace/0.1.0", "k3v9x2", 15000, 1732147200000, 65536, 1000};
  ChannelSummary summary{"metrics", "metrics", {0, 12}, {1050, 91}, 12.5};
  ChannelSummary orders{"orders", "shop.orders", {}, {kUnknown}, 0};
  std::map<std::string, std::string> frames = {
      {"welcome", welcome_frame(welcome)},
      {"subscribed", subscribed_frame("metrics", position("v1.5ad1c3f0.0:1040~77aa01b2,1:88"),
                                      position("v1.5ad1c3f0.0:1044,1:91"), 1)},
      {"subscribed by the query",
       subscribed_frame("metrics", position("v1.5ad1c3f0.0:1040,1:?"), position("v1.5ad1c3f0.0:1044,1:?"), {})},
      {"subscribed to a topic that is not there yet", subscribed_frame("metrics", empty, empty, 1)},
      {"subscribed, name with quotes", subscribed_frame("a\"b\\\u00e9", zero, zero, 0)},
      {"gap, expired", make_gap(metrics, {0, 1050, 2000}, "expired")->frame},
      {"gap, undecodable", make_gap(metrics, {2, 7, 8}, "undecodable")->frame},
      {"coverage", make_coverage(metrics, {{0, 1044, 1050}, {3, 88, 91}})->frame},
      {"coverage, a start", make_coverage(metrics, {{4, 0, 0}})->frame},
      {"ended", ended_frame("metrics", position("v1.5ad1c3f0.0:1050~6.9f3a12c4,1:91"))},
      {"unsubscribed", unsubscribed_frame("metrics", 2)},
      {"unsubscribed, no id", unsubscribed_frame("metrics", CommandId{})},
      {"heartbeat", heartbeat_frame(1732147215000)},
      {"pong", pong_frame(1732147215000, 3)},
      {"pong, no id", pong_frame(1732147215000, {})},
      {"channels", channels_frame({summary, orders}, 4)},
      {"channels, none", channels_frame({}, 4)},
      {"times",
       times_frame("metrics", {1732147200000, 1732147260000}, {{1040, 88}, {1050, kUnknown}}, 1732060800000, 5)},
      {"times, empty channel", times_frame("metrics", {1732147200000}, {{0}}, 0, 5)},
      {"authenticated", authenticated_frame(1732150800000, 6)},
      {"authenticated, no expiry", authenticated_frame({}, 6)},
      {"expiring", expiring_frame(1732150800000)},
      {"status, unreachable", kafka_status_frame(false, 1732147201000)},
      {"status, reachable", kafka_status_frame(true, 1732147209000)},
      {"status, held", transaction_status_frame("orders", 3, true, 512, 1732147171000)},
      {"status, no longer held", transaction_status_frame("orders", 3, false, 530, 1732147271000)},
      {"status, topic missing", topic_status_frame("orders", false, 1732147171000)},
      {"status, topic present", topic_status_frame("orders", true, 1732147181000)},
      {"error, no id", error_frame({"bad_json", "words for a person"}, false, {})},
      {"error about a channel", error_frame({"channel_unavailable", "no channel \"metrix\""}, false, 7, "metrix")}};
  for (const auto* why : {"recreated", "truncated", "channel_changed", "position_invalid"})
    frames[std::string("reset, ") + why] = reset(why);
  for (const auto* code : {"forbidden", "channel_removed", "topic_unavailable"})
    frames[std::string("unsubscribed, ") + code] = unsubscribed_frame("metrics", std::string_view(code));
  for (const auto* why : {"draining", "too_many_messages"})
    frames[std::string("closing, ") + why] = closing_frame(why, 1830);
  return frames;
}

const std::set<std::string> kBatches{"batch", "batch of one", "batch of every kind"};  // below

TEST(Reply, golden_frames) {
  const auto golden = golden_frames();
  const auto said = said_frames();
  for (const auto& [name, frame] : said) {
    const auto found = golden.find(name);
    ASSERT_NE(found, golden.end()) << name;
    EXPECT_EQ(frame, found->second) << name;
  }
  for (const auto& [name, frame] : golden)
    EXPECT_TRUE(said.contains(name) || kBatches.contains(name) || name.starts_with("error, ")) << name;
}

// The batches' fingerprints in the golden file are made up, so the frames are compared without them.
std::string without_fingerprint(std::string frame) {
  const auto at = frame.find(R"("fp":")");
  return at == std::string::npos ? frame : frame.erase(at + 6, 8);
}

TEST(Reply, golden_batches) {
  const auto golden = golden_frames();
  const auto channel = std::make_shared<Channel>(channel_named("metrics"));
  UpdateWriter writer;
  const auto build = [&](Span span, const std::vector<Record>& records) {
    BatchBuilder builder(writer, channel, span.partition);
    for (const auto& record : records) builder.add(record);
    return without_fingerprint(builder.finish(span.from, span.next)->frame);
  };
  EXPECT_EQ(build({0, 1040, 1044}, {{1040, 1732147200123, {}, "1", {}}, {1043, 1732147200950, {}, "2", {}}}),
            without_fingerprint(golden.at("batch")));
  EXPECT_EQ(build({3, 0, 1}, {{0, -1, "", "", {}}}), without_fingerprint(golden.at("batch of one")));
  const std::string large(1 << 20, 'x');
  EXPECT_EQ(build({0, 10, 20}, {{10, 1, "a", "1.10", {{"x", "1"}, {"x", {}}, {"\xff", "\x80"}}},
                                {11, 1, "\xff", "hello", {}},
                                {12, 1, {}, "\xff", {}},
                                {13, 1, "a", {}, {}},
                                {14, 1, "a", large, {}},
                                {15, 1, {}, "null", {}},
                                {17, 1, {}, " {\"raw\":\n\"space\"} ", {}},
                                {18, 1, {}, R"("\ud800")", {}},
                                {19, 1, {}, "1e400", {}}}),
            without_fingerprint(golden.at("batch of every kind")));
}

TEST(Reply, golden_errors) {
  const auto golden = golden_frames();
  int count = 0;
  for (const auto& [name, frame] : golden) {
    const bool retry = frame.find(R"("retry":true)") != std::string::npos;
    if (!name.starts_with("error, ") || name == "error, no id") continue;
    EXPECT_EQ(error_frame({name.substr(7), "words for a person"}, retry, 7), frame) << name;
    ++count;
  }
  EXPECT_GT(count, 10);
}

TEST(Reply, rates_are_rounded_and_always_numbers) {
  const auto rate = [](double number) {
    const auto frame = channels_frame({{"a", "a", {}, {}, number}}, {}).substr(2);
    const auto at = frame.find("\"rate\":") + 7;
    return frame.substr(at, frame.find('}', at) - at);
  };
  EXPECT_EQ(rate(12.3456), "12.3");
  EXPECT_EQ(rate(1000000), "1000000");
  EXPECT_EQ(rate(1e-9), "0");
  EXPECT_EQ(rate(std::numeric_limits<double>::quiet_NaN()), "0");
  EXPECT_EQ(rate(std::numeric_limits<double>::infinity()), "0");
  EXPECT_EQ(rate(std::numeric_limits<double>::max()), "0");
  EXPECT_EQ(rate(1e300).size(), 301u);
}

TEST(Reply, unknown_numbers_are_null) {
  const auto frame = channels_frame({{"a", "a", {kUnknown, 3}, {7, kUnknown, 9}, 1}}, {});
  EXPECT_NE(frame.find(R"("partitions":[[0,null,7],[1,3,null],[2,null,9]])"), std::string::npos) << frame;
}

}  // namespace
}  // namespace tailrace
