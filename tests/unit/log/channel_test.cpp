#include "log/channel.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

TEST(ChannelEpoch, is_the_same_for_the_same_three) {
  EXPECT_EQ(channel_epoch("cluster", "topic", "json"), channel_epoch("cluster", "topic", "json"));
}

TEST(ChannelEpoch, differs_where_any_of_the_three_does) {
  const auto epoch = channel_epoch("cluster", "topic", "json");
  EXPECT_NE(epoch, channel_epoch("cluster2", "topic", "json"));
  EXPECT_NE(epoch, channel_epoch("cluster", "topic2", "json"));
  EXPECT_NE(epoch, channel_epoch("cluster", "topic", "text"));
}

TEST(ChannelEpoch, does_not_join_its_parts) {
  EXPECT_NE(channel_epoch("ab", "c", ""), channel_epoch("a", "bc", ""));
  EXPECT_NE(channel_epoch("", "abc", ""), channel_epoch("", "", "abc"));
}

// Positions hold it: it may never change between versions.
TEST(ChannelEpoch, stays_what_it_was) { EXPECT_EQ(channel_epoch("cluster", "topic", "json"), 0xa6e312e0u); }

}  // namespace
}  // namespace tailrace
