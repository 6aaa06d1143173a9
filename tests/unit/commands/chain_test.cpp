#include "commands/chain.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

Chain chain_at(const std::string& position) {
  Chain chain;
  chain.restart(*parse_position(position));
  return chain;
}

std::string text_of(const Chain& chain) {
  return format_position(chain.position());
}

TEST(Chain, a_step_says_what_is_missing_or_repeats) {
  auto chain = chain_at("v1.00000001.0:100,2:?");
  EXPECT_EQ(chain.step({0, 100, 110}), 0);
  EXPECT_EQ(chain.step({0, 103, 110}), 3);
  EXPECT_EQ(chain.step({0, 90, 110}), -10);
  EXPECT_EQ(chain.step({2, 77, 80}), 0) << "a partition without a place begins anywhere";
  EXPECT_EQ(chain.step({1, 5, 6}), 5) << "one that appears is new as a whole";
}

TEST(Chain, becomes_the_position_to_resume_from) {
  auto chain = chain_at("v1.00000001.0:100,1:?");
  chain.move({0, 100, 110});
  chain.anchor(0, {107, 0xabcdef01});
  chain.cover({0, 105, 120});
  chain.cover({1, 7, 9});
  EXPECT_EQ(text_of(chain), "v1.00000001.0:120~12.abcdef01,1:9");
}

TEST(Chain, coverage_never_moves_back) {
  auto chain = chain_at("v1.00000001.0:100");
  chain.cover({0, 10, 20});
  EXPECT_EQ(chain.next(0), 100);
  chain.cover({0, 90, 101});
  EXPECT_EQ(chain.next(0), 101);
}

TEST(Chain, a_head_is_reached_when_every_partition_is_there) {
  auto chain = chain_at("v1.00000001.0:5,1:5");
  const auto head = *parse_position("v1.00000001.0:10,1:5,2:?");
  EXPECT_FALSE(chain.reached(head));
  chain.move({0, 5, 10});
  EXPECT_TRUE(chain.reached(head));
  EXPECT_TRUE(Chain().reached(*parse_position("v1.00000001.")));
}

}  // namespace
}  // namespace tailrace
