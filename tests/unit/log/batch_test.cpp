#include "log/archive.h"
#include "log/batches.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

TEST(Apply, moves_past_what_a_batch_accounts_for) {
  Offsets offsets{10, 20};
  apply(offsets, *run_of(1, 20, 25));
  EXPECT_EQ(offsets, Offsets({10, 25}));
  apply(offsets, *coverage({{0, 10, 12}, {1, 25, 26}}));
  EXPECT_EQ(offsets, Offsets({12, 26}));
}

TEST(Apply, never_moves_back) {
  Offsets offsets{30};
  apply(offsets, *run_of(0, 10, 20));
  EXPECT_EQ(offsets, Offsets({30}));
}

TEST(Apply, makes_room_for_partitions_that_are_new) {
  Offsets offsets{30};
  apply(offsets, *run_of(2, 0, 5));
  EXPECT_EQ(offsets, Offsets({30, kUnknown, 5}));
}

TEST(FingerprintIn, is_that_of_the_update_at_the_offset) {
  Page page;
  page.batches = {gap(0, 0, 10), updates({0, 10, 20}, {11, 15}), coverage({{0, 20, 25}}), run_of(0, 25, 30)};
  EXPECT_EQ(fingerprint_in(page, 15), 150u);
  EXPECT_EQ(fingerprint_in(page, 29), 290u);
}

TEST(FingerprintIn, is_none_where_no_update_stands) {
  Page page;
  page.batches = {gap(0, 0, 10), updates({0, 10, 20}, {11, 15})};
  EXPECT_EQ(fingerprint_in(page, 5), std::nullopt);
  EXPECT_EQ(fingerprint_in(page, 12), std::nullopt);
  EXPECT_EQ(fingerprint_in(page, 20), std::nullopt);
}

}  // namespace
}  // namespace tailrace
