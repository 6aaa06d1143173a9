#include "commands/frame_reader.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

template <class Frame>
Frame read(FrameReader& reader, const std::string& text) {
  auto frame = reader.read(text);
  EXPECT_TRUE(frame) << text;
  const auto* wanted = frame ? std::get_if<Frame>(&*frame) : nullptr;
  EXPECT_TRUE(wanted) << text;
  return wanted ? *wanted : Frame{};
}

TEST(FrameReader, keeps_values_as_they_were_produced) {
  FrameReader reader;
  const auto batch = read<UpdatesFrame>(
      reader,
      R"({"ch":"m","p":1,"from":5,"next":12,"fp":"9f3a12c4","u":[{"o":5,"t":1,"v":12345678901234567890},{"o":6,"t":2,"k":"a\tb","v":{ "x" : 1e400 }},)"
      R"({"o":7,"t":3,"kb":"/w==","s":"pl\u00e4in"},{"o":8,"t":4,"b":"AAE="},{"o":9,"t":5,"k":"","del":true},{"o":10,"t":6,"omitted":{"bytes":2000000,"reason":"too_large"}},{"o":11,"t":7,"v":null}]})");
  ASSERT_EQ(batch.updates.size(), 7u);
  EXPECT_EQ(batch.span, (Span{1, 5, 12}));
  EXPECT_EQ(batch.fingerprint, 0x9f3a12c4u);
  const auto& updates = batch.updates;
  EXPECT_EQ(updates[0].value, "12345678901234567890");
  EXPECT_FALSE(updates[0].key);
  EXPECT_EQ(updates[1].value, R"({ "x" : 1e400 })");
  EXPECT_EQ(updates[1].key, "a\tb");
  EXPECT_EQ(updates[2].value, "pläin");
  EXPECT_EQ(updates[2].key, "base64:/w==");
  EXPECT_EQ(updates[3].form, ShownUpdate::Form::base64);
  EXPECT_EQ(updates[4].form, ShownUpdate::Form::deleted);
  EXPECT_EQ(updates[4].key, "");
  EXPECT_EQ(updates[5].value, "2000000");
  EXPECT_EQ(updates[6].value, "null");
  EXPECT_EQ(updates[3].raw, R"({"o":8,"t":4,"b":"AAE="})");
}

TEST(FrameReader, knows_the_other_frames) {
  FrameReader reader;
  EXPECT_EQ(
      read<WelcomeFrame>(reader, R"({"welcome":{"protocol":1,"server":"tailrace/0.1.0","heartbeat":15000}})").heartbeat,
      15000);
  EXPECT_EQ(read<GapFrame>(reader, R"({"ch":"m","p":2,"gap":{"from":5,"next":9,"reason":"expired"}})").span,
            (Span{2, 5, 9}));
  EXPECT_EQ(read<CoverageFrame>(reader, R"({"ch":"m","cover":[[0,1,2],[3,4,5]]})").rows.size(), 2u);
  EXPECT_EQ(
      read<SubscribedFrame>(
          reader, R"({"subscribed":{"channel":"m","position":"v1.00000001.0:5","head":"v1.00000001.0:9"},"id":1})")
          .position.places[0]
          .next,
      5);
  EXPECT_EQ(
      read<ResetFrame>(reader, R"({"reset":{"channel":"m","reason":"recreated","position":"v1.00000001.0:0"}})").reason,
      "recreated");
  EXPECT_EQ(
      read<EndedFrame>(reader, R"({"ended":{"channel":"m","position":"v1.00000001.0:7"}})").position.places[0].next, 7);
  EXPECT_TRUE(read<RefusalFrame>(reader, R"({"error":{"code":"overloaded","message":"x","retry":true},"id":1})").retry);
  EXPECT_EQ(read<RefusalFrame>(reader, R"({"unsubscribed":{"channel":"m","code":"forbidden"}})").code, "forbidden");
  EXPECT_EQ(read<ClosingFrame>(reader, R"({"closing":{"reason":"draining","reconnect_in":1830}})").reconnect_in, 1830);
  EXPECT_EQ(read<StatusFrame>(reader, R"({"status":{"kafka":"unreachable","since":1}})").text,
            R"({"kafka":"unreachable","since":1})");
  for (const char* text :
       {R"({"unsubscribed":{"channel":"m"},"id":2})", R"({"heartbeat":{"time":1}})", R"({"new":1})", "{}"})
    read<OtherFrame>(reader, text);
}

TEST(FrameReader, what_cannot_be_read_is_an_error_and_the_next_is_fine) {
  FrameReader reader;
  for (const char* text :
       {"", "x", "[1]", "{\"welcome\":1}", R"({"subscribed":{"position":"nonsense"}})",
        R"({"ch":"m","p":"x","from":1,"next":2})", R"({"ch":"m","cover":[[1]]})", R"({"ch":"m","p":0,"from":1)"}) {
    EXPECT_FALSE(reader.read(text)) << text;
    EXPECT_TRUE(reader.read(R"({"heartbeat":{"time":1}})"));
  }
}

}  // namespace
}  // namespace tailrace
