#include "config/channel_rule.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

ChannelRule rule(ValueMode mode) {
  ChannelRule rule;
  rule.topic = "metrics";
  rule.value = mode;
  return rule;
}

// It goes into the epoch of every position that a client kept: another word, and all of them are void.
TEST(ChannelDefinition, stays_what_it_was) {
  EXPECT_EQ(channel_definition(rule(ValueMode::json)), "value=json");
  EXPECT_EQ(channel_definition(rule(ValueMode::text)), "value=text");
  EXPECT_EQ(channel_definition(rule(ValueMode::base64)), "value=base64");
}

TEST(ChannelDefinition, is_not_touched_by_what_the_page_is_told) {
  auto told = rule(ValueMode::json);
  told.title = "Metrics";
  told.units = {{"cpu", "%"}};
  told.fields = {"cpu"};
  EXPECT_EQ(channel_definition(told), channel_definition(rule(ValueMode::json)));
}

}  // namespace
}  // namespace tailrace
