#include "kafka/topic_filter.h"

#include "base/error.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

ChannelSpec topic(const std::string& name) {
  ChannelSpec spec;
  spec.topic = name;
  return spec;
}

TEST(TopicFilterTest, an_exact_name_comes_before_any_pattern_and_the_first_pattern_before_the_second) {
  const TopicFilter filter({topic("^m.*"), topic("^.*"), topic("metrics")});
  EXPECT_EQ(filter.spec_of("metrics"), 2u);
  EXPECT_EQ(filter.spec_of("m2"), 0u);
  EXPECT_EQ(filter.spec_of("orders"), 1u);
}

TEST(TopicFilterTest, internal_topics_only_by_their_exact_name) {
  const TopicFilter filter({topic("^.*"), topic("__audit")});
  EXPECT_EQ(filter.spec_of("__consumer_offsets"), std::nullopt);
  EXPECT_EQ(filter.spec_of("__audit"), 1u);
}

TEST(TopicFilterTest, refuses_a_pattern_that_is_none) {
  EXPECT_THROW(TopicFilter({topic("^(a")}), StartError);
}

TEST(ChannelSpecTest, a_name_template_takes_the_topics_name) {
  ChannelSpec spec = topic("^m.*");
  EXPECT_EQ(channel_name(spec, "m1"), "m1");
  spec.name = "live/{topic}";
  EXPECT_EQ(channel_name(spec, "m1"), "live/m1");
  spec.name = "fixed";
  EXPECT_EQ(channel_name(spec, "m1"), "fixed");
}

}  // namespace
}  // namespace tailrace
