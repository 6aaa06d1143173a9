// tail against a scripted bridge: what it sends, what it prints, when it comes back.
#include "commands/tail_session.h"

#include "fake_bridge.h"

#include <gmock/gmock.h>

namespace tailrace {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

struct Shown {
  int exit_code = 0;
  std::string out;
  std::string notes;
};

Shown follow(FakeBridge& bridge, const std::string& from = R"("earliest")", const std::string& to = {},
             bool json = false) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const Descriptor no_interrupt;
  const TailRequest request{bridge.url(), "m", from, to};
  TailPrinter printer(json);
  Shown shown;
  shown.exit_code = TailSession(request, printer, no_interrupt).run();
  shown.out = testing::internal::GetCapturedStdout();
  shown.notes = testing::internal::GetCapturedStderr();
  return shown;
}

const std::string kWelcome =
    R"({"welcome":{"protocol":1,"server":"x","session":"s","heartbeat":15000,"time":1,"limits":{}}})";
const std::string kEnded = R"({"ended":{"channel":"m","position":"v1.00000001.0:9"}})";

std::string subscribed(const std::string& places) {
  return R"({"subscribed":{"channel":"m","position":"v1.00000001.)" + places + R"(","head":"v1.00000001.0:9"},"id":1})";
}

std::string batch(int from, int next, const std::string& value = "1") {
  return R"({"ch":"m","p":0,"from":)" + std::to_string(from) + R"(,"next":)" + std::to_string(next) +
         R"(,"fp":"0000abcd","u":[{"o":)" + std::to_string(next - 1) + R"(,"t":-1,"k":"k","v":)" + value + "}]}";
}

TEST(Tail, comes_back_with_its_position_and_prints_nothing_twice) {
  FakeBridge bridge(
      {{kWelcome, subscribed("0:5"), batch(5, 7)}, {kWelcome, subscribed("0:7~0000abcd"), batch(6, 8), kEnded}});
  const auto shown = follow(bridge);
  EXPECT_EQ(shown.exit_code, 0);
  EXPECT_EQ(shown.out, "p0 6  --:--:--.---  k  1\np0 7  --:--:--.---  k  1\n");
  EXPECT_THAT(
      bridge.heard(),
      ElementsAre(
          R"({"op":"subscribe","id":1,"channel":"m","from":"earliest"})",
          R"({"op":"subscribe","id":1,"channel":"m","from":{"position":"v1.00000001.0:7~0000abcd"},"start":"earliest"})"));
  EXPECT_THAT(shown.notes, HasSubstr("to go on: --from v1.00000001.0:9"));
}

TEST(Tail, json_is_one_object_a_line) {
  FakeBridge bridge({{kWelcome, subscribed("0:5"), batch(5, 6, "{\n \"a\":1}"), kEnded}});
  EXPECT_EQ(follow(bridge, R"("live")", {}, true).out, "{\"p\":0,\"o\":5,\"t\":-1,\"k\":\"k\",\"v\":{  \"a\":1}}\n");
}

TEST(Tail, says_gaps_and_resets_on_stderr) {
  FakeBridge bridge(
      {{kWelcome, subscribed("0:5"), R"({"ch":"m","p":0,"gap":{"from":5,"next":1005,"reason":"expired"}})",
        R"({"reset":{"channel":"m","reason":"recreated","position":"v1.00000002.0:0"}})", batch(0, 1), kEnded}});
  const auto shown = follow(bridge);
  EXPECT_THAT(shown.notes, HasSubstr("gap: offsets 5 to 1,004 of partition 0, expired: 1,000 offsets will not come\n"));
  EXPECT_THAT(shown.notes, HasSubstr("reset: recreated; going on from v1.00000002.0:0\n"));
  EXPECT_THAT(shown.out, StartsWith("p0 0  "));
}

TEST(Tail, asks_again_once_for_a_hole_and_gives_up_at_the_second) {
  const std::vector<std::string> hole{kWelcome, subscribed("0:5"), batch(6, 7)};
  FakeBridge bridge({hole, hole});
  const auto shown = follow(bridge);
  EXPECT_EQ(shown.exit_code, 1);
  EXPECT_EQ(shown.out, "");
  EXPECT_EQ(bridge.heard().size(), 2u);
  EXPECT_THAT(shown.notes, HasSubstr("hole: partition 0 leaps from 5 to 6 again: the bridge is at fault"));
}

TEST(Tail, a_refusal_that_will_not_change_ends_it) {
  FakeBridge bridge(
      {{kWelcome, R"({"error":{"code":"channel_unavailable","message":"no channel \"m\"","retry":false},"id":1})"}});
  const auto shown = follow(bridge);
  EXPECT_EQ(shown.exit_code, 1);
  EXPECT_THAT(shown.notes, HasSubstr("refused: channel_unavailable, no channel \"m\""));
}

TEST(Tail, a_first_connection_that_fails_ends_it) {
  FakeBridge bridge({});
  auto url = bridge.url();
  bridge.stop();
  testing::internal::CaptureStderr();
  const Descriptor no_interrupt;
  const TailRequest request{url, "m", R"("live")", {}};
  TailPrinter printer(false);
  EXPECT_EQ(TailSession(request, printer, no_interrupt).run(), 1);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("Connection refused"));
}

TEST(Tail, an_end_is_asked_for_again_after_a_cut) {
  FakeBridge bridge({{kWelcome, subscribed("0:5")}, {kWelcome, subscribed("0:5"), kEnded}});
  follow(bridge, R"({"position":"v1.00000001.0:5"})", R"({"time":5})");
  EXPECT_THAT(
      bridge.heard(),
      ElementsAre(R"({"op":"subscribe","id":1,"channel":"m","from":{"position":"v1.00000001.0:5"},"to":{"time":5}})",
                  R"({"op":"subscribe","id":1,"channel":"m","from":{"position":"v1.00000001.0:5"},"to":{"time":5}})"));
}

}  // namespace
}  // namespace tailrace
