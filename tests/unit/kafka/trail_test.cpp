#include "kafka/trail.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

Anchor record(Offset offset) { return {offset, static_cast<std::uint32_t>(offset * 7)}; }

Trail walked(Offset count) {
  Trail trail;
  for (Offset offset = 0; offset < count; ++offset) trail.add(record(offset));
  return trail;
}

TEST(Trail, begins_with_the_newest_and_ends_with_the_first) {
  const auto anchors = walked(100'000).anchors();
  EXPECT_EQ(anchors.front().offset, 99'999);
  EXPECT_EQ(anchors.back().offset, 0);
  for (std::size_t i = 1; i < anchors.size(); ++i) EXPECT_LT(anchors[i].offset, anchors[i - 1].offset);
}

TEST(Trail, its_steps_grow_with_the_distance) {
  constexpr Offset kCount = 1'000'000;
  const auto anchors = walked(kCount).anchors();
  for (std::size_t i = 1; i < anchors.size(); ++i) {
    const Offset distance = kCount - anchors[i].offset;
    EXPECT_LE(anchors[i - 1].offset - anchors[i].offset, std::max<Offset>(1, distance / 3)) << "at " << distance;
  }
  EXPECT_LT(anchors.size(), 200u);
}

TEST(Trail, what_is_cut_is_forgotten_and_the_rest_stays) {
  Trail trail = walked(1000);
  trail.cut(900);
  EXPECT_LT(trail.anchors().front().offset, 900);
  EXPECT_GE(trail.anchors().front().offset, 850);
  trail.add(record(900));
  EXPECT_EQ(trail.anchors().front().offset, 900);
  trail.cut(0);
  EXPECT_TRUE(trail.anchors().empty());
}

TEST(Trail, what_was_learned_stands_behind_what_was_read) {
  Trail trail;
  trail.learn({record(3), record(7), record(7)});
  trail.add(record(20));
  std::vector<Offset> offsets;
  for (const Anchor& anchor : trail.anchors()) offsets.push_back(anchor.offset);
  EXPECT_EQ(offsets, (std::vector<Offset>{20, 7, 3}));
}

}  // namespace
}  // namespace tailrace
