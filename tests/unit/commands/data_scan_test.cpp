#include "commands/data_scan.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

const std::string kMetrics = data_prefix("metrics");

TEST(DataScan, reads_a_batch) {
  const std::string text =
      R"({"ch":"metrics","p":3,"from":1040,"next":1044,"fp":"9f3a12c4","u":[{"o":1040,"t":1732147200123,"k":"host-1","v":{"n":7,"x":1}},{"o":1041,"t":-1},{"o":1043,"t":1732147200950,"k":"a\"b","h":[["x","y"]],"v":{"n":8}}]})";
  const auto frame = scan_data(text, kMetrics);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->span, (Span{3, 1040, 1044}));
  EXPECT_EQ(frame->fingerprint, 0x9f3a12c4u);
  auto body = frame->body;
  const auto first = next_update(body);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->offset, 1040);
  EXPECT_EQ(first->timestamp, 1732147200123);
  EXPECT_EQ(first->key, "host-1");
  EXPECT_EQ(first->counter, 7);
  const auto second = next_update(body);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->timestamp, -1);
  EXPECT_FALSE(second->counter);
  const auto third = next_update(body);
  ASSERT_TRUE(third);
  EXPECT_EQ(third->offset, 1043);
  EXPECT_EQ(third->key, R"(a\"b)");
  EXPECT_FALSE(next_update(body));
}

TEST(DataScan, reads_gaps_and_coverage) {
  const auto gap = scan_data(R"({"ch":"metrics","p":0,"gap":{"from":1050,"next":2000,"reason":"expired"}})", kMetrics);
  ASSERT_TRUE(gap);
  EXPECT_EQ(gap->kind, DataFrame::Kind::gap);
  EXPECT_EQ(gap->span, (Span{0, 1050, 2000}));
  const auto cover = scan_data(R"({"ch":"metrics","cover":[[0,1044,1050],[3,88,91]]})", kMetrics);
  ASSERT_TRUE(cover);
  auto body = cover->body;
  EXPECT_EQ(next_row(body), (Span{0, 1044, 1050}));
  EXPECT_EQ(next_row(body), (Span{3, 88, 91}));
  EXPECT_FALSE(next_row(body));
}

TEST(DataScan, anything_else_is_not_data) {
  for (const char* text :
       {"", "{}", R"({"heartbeat":{"time":1}})", R"({"ch":"orders","p":0,"from":1,"next":2,"fp":"00000000","u":[]})",
        R"({"ch":"metrics","p":x)", R"({"ch":"metrics","p":0,"from":1,"next":2,"fp":"0000","u":[]})"})
    EXPECT_FALSE(scan_data(text, kMetrics)) << text;
}

TEST(DataScan, a_channel_is_quoted_as_the_wire_quotes_it) {
  EXPECT_EQ(data_prefix("a\"b\\c"), R"({"ch":"a\"b\\c",)");
}

}  // namespace
}  // namespace tailrace
