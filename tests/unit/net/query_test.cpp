#include "net/query.h"

#include <gmock/gmock.h>

namespace tailrace {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(Query, a_path_ends_where_the_query_begins) {
  EXPECT_EQ(path_of("/ws?channel=a"), "/ws");
  EXPECT_EQ(path_of("/ws"), "/ws");
  EXPECT_EQ(path_of("?x"), "");
  EXPECT_EQ(path_of("/a%3Fb?c"), "/a%3Fb");
}

TEST(Query, parameters_come_in_order_as_often_as_they_stand) {
  EXPECT_THAT(parameters_of("/ws?b=1&a=2&b=3"), ElementsAre(Pair("b", "1"), Pair("a", "2"), Pair("b", "3")));
  EXPECT_THAT(parameters_of("/ws?&&a&b=&=c&d=e=f&"),
              ElementsAre(Pair("a", ""), Pair("b", ""), Pair("", "c"), Pair("d", "e=f")));
  EXPECT_THAT(parameters_of("/ws?a=b?c"), ElementsAre(Pair("a", "b?c")));
  EXPECT_THAT(parameters_of("/ws?"), IsEmpty());
  EXPECT_THAT(parameters_of("/ws"), IsEmpty());
}

TEST(Query, escapes_are_decoded_once_and_what_is_none_stands) {
  EXPECT_THAT(parameters_of("/ws?%63h=%C3%a9%20%2B+"), ElementsAre(Pair("ch", "\u00e9 ++")));
  EXPECT_THAT(parameters_of("/ws?a=%2541&b=x%26y%3Dz"), ElementsAre(Pair("a", "%41"), Pair("b", "x&y=z")));
  EXPECT_THAT(parameters_of("/ws?a=%&b=%4&c=%zz&d=%4g&e=%-1"),
              ElementsAre(Pair("a", "%"), Pair("b", "%4"), Pair("c", "%zz"), Pair("d", "%4g"), Pair("e", "%-1")));
  EXPECT_EQ(parameters_of("/ws?a=%00b")[0].second, std::string("\0b", 2));
}

TEST(Query, names_channels_and_where_to_start) {
  const auto all = subscriptions_in("/ws?channel=metrics&from=earliest&channel=a%2Fb");
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].command.channel, "metrics");
  EXPECT_EQ(all[1].command.channel, "a/b");
  for (const auto& one : all) {
    EXPECT_TRUE(std::holds_alternative<Earliest>(one.command.from));
    EXPECT_FALSE(one.error);
  }
}

TEST(Query, starts_live_where_it_does_not_say) {
  const auto all = subscriptions_in("/ws?channel=metrics");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<Live>(all[0].command.from));
}

TEST(Query, a_start_that_is_none_is_told_with_every_channel) {
  const auto all = subscriptions_in("/ws?channel=a&channel=b&from=yesterday");
  ASSERT_EQ(all.size(), 2u);
  for (const auto& one : all) {
    ASSERT_TRUE(one.error);
    EXPECT_EQ(one.error->code, "bad_field");
  }
}

TEST(Query, without_a_channel_subscribes_to_nothing) {
  EXPECT_THAT(subscriptions_in("/ws?from=earliest&chanel=a"), IsEmpty());
}

}  // namespace
}  // namespace tailrace
