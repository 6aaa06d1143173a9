#include "kafka/judge.h"

#include "kafka/trail.h"

#include <gmock/gmock.h>

#include <map>

namespace tailrace {
namespace {

using Kind = Verdict::Kind;

// Partitions as Kafka has them now: offset to fingerprint.
class Logs {
 public:
  std::map<Partition, std::map<Offset, std::uint32_t>> records;
  std::map<Partition, Bounds> bounds;
  int looks = 0;

  // Offsets [from, next), each with a fingerprint that depends on the history's seed.
  void fill(Partition partition, Offset from, Offset next, std::uint32_t seed) {
    for (; from < next; ++from) records[partition][from] = print(from, seed);
    bounds[partition].earliest = std::max<Offset>(bounds[partition].earliest, 0);
    bounds[partition].stable = next;
  }
  static std::uint32_t print(Offset offset, std::uint32_t seed) { return static_cast<std::uint32_t>(offset) * 31 + seed; }

  LookAtRecords look() {
    return [this](const std::vector<ProbeRange>& ranges) {
      std::vector<Probed> found;
      for (const ProbeRange& range : ranges) {
        ++looks;
        const auto at = records[range.partition].find(range.from);
        found.push_back(at == records[range.partition].end()
                            ? Probed{Probed::Kind::nothing, range.from + 1, 0, 0, false}
                            : Probed{Probed::Kind::record, range.from, at->second, 0, false});
      }
      return found;
    };
  }
};

class JudgeTest : public ::testing::Test {
 protected:
  // A claim of having read [from, next) of a history, the first `verified` of it looked at before.
  Claim claim(Partition partition, Offset from, Offset next, Offset verified, std::uint32_t seed) {
    Trail trail;
    for (Offset offset = from; offset < next; ++offset) trail.add({offset, Logs::print(offset, seed)});
    return {partition, verified, next, trail.anchors(), logs_.bounds[partition]};
  }
  Verdict verdict(const Claim& claim) { return judge({claim}, logs_.look()).front(); }

  Logs logs_;
};

TEST_F(JudgeTest, the_same_log_costs_two_looks) {
  logs_.fill(0, 0, 1000, 1);
  const Verdict verdict = this->verdict(claim(0, 0, 1000, 900, 1));
  EXPECT_EQ(verdict.kind, Kind::same);
  EXPECT_TRUE(verdict.shared);
  EXPECT_EQ(logs_.looks, 2);
}

TEST_F(JudgeTest, another_record_at_an_anchor_is_another_log) {
  logs_.fill(0, 0, 1000, 2);
  const Verdict verdict = this->verdict(claim(0, 0, 1000, 900, 1));
  EXPECT_EQ(verdict.kind, Kind::broken);
  EXPECT_EQ(verdict.common, kUnknown);
  EXPECT_EQ(finding_of({verdict}, false, false), Finding::recreated);
}

TEST_F(JudgeTest, a_log_that_was_recreated_and_read_on_silently_is_noticed) {
  logs_.fill(0, 0, 1000, 2);
  Claim claim = this->claim(0, 0, 900, 900, 1);
  Trail trail;
  for (Offset offset = 0; offset < 1000; ++offset) trail.add({offset, Logs::print(offset, offset < 900 ? 1 : 2)});
  claim.anchors = trail.anchors();
  claim.next = 1000;
  EXPECT_EQ(verdict(claim).kind, Kind::broken);
}

TEST_F(JudgeTest, the_newest_record_proves_nothing_of_a_log_that_was_never_verified) {
  logs_.fill(0, 0, 1000, 2);
  Claim claim = this->claim(0, 0, 900, 0, 1);
  Trail trail;
  for (Offset offset = 0; offset < 1000; ++offset) trail.add({offset, Logs::print(offset, offset < 900 ? 1 : 2)});
  claim.anchors = trail.anchors();
  claim.next = 1000;
  EXPECT_EQ(finding_of({verdict(claim)}, false, false), Finding::recreated);
}

TEST_F(JudgeTest, a_log_that_was_never_verified_is_verified_by_what_is_left_of_its_beginning) {
  logs_.fill(0, 0, 1000, 1);
  logs_.bounds[0].earliest = 300;
  const Verdict verdict = this->verdict(claim(0, 0, 1000, 0, 1));
  EXPECT_EQ(verdict.kind, Kind::same);
  EXPECT_EQ(verdict.common, 999);
}

TEST_F(JudgeTest, a_log_that_was_never_verified_and_lost_its_end_is_truncated) {
  logs_.fill(0, 0, 950, 1);
  logs_.fill(0, 950, 2000, 2);
  EXPECT_EQ(finding_of({verdict(claim(0, 0, 1000, 0, 1))}, false, false), Finding::truncated);
}

TEST_F(JudgeTest, partitions_that_came_with_the_other_log_do_not_speak_for_the_one_before) {
  logs_.fill(0, 0, 1000, 2);
  logs_.fill(1, 0, 100, 2);
  const auto verdicts = judge({claim(0, 0, 1000, 1000, 1), claim(1, 0, 100, 0, 2)}, logs_.look());
  EXPECT_EQ(verdicts[1].kind, Kind::same);
  EXPECT_EQ(finding_of(verdicts, false, false), Finding::recreated);
}

TEST_F(JudgeTest, a_truncated_log_that_grew_again_is_the_same_up_to_the_last_common_anchor) {
  logs_.fill(0, 0, 950, 1);
  logs_.fill(0, 950, 2000, 2);
  const Verdict verdict = this->verdict(claim(0, 0, 1000, 1000, 1));
  EXPECT_EQ(verdict.kind, Kind::broken);
  EXPECT_LT(verdict.common, 950);
  EXPECT_GT(verdict.common, 930);
  EXPECT_TRUE(verdict.shared);
  EXPECT_EQ(finding_of({verdict}, false, false), Finding::truncated);
}

TEST_F(JudgeTest, a_log_that_ends_too_early_is_only_doubtful_until_it_lasts) {
  logs_.fill(0, 0, 950, 1);
  const Verdict verdict = this->verdict(claim(0, 0, 1000, 1000, 1));
  EXPECT_EQ(verdict.kind, Kind::shorter);
  EXPECT_EQ(finding_of({verdict}, false, false), Finding::doubtful);
  EXPECT_EQ(finding_of({verdict}, false, true), Finding::truncated);
}

TEST_F(JudgeTest, an_empty_log_in_place_of_a_full_one_is_recreated_if_it_lasts) {
  logs_.fill(0, 0, 0, 1);
  const Verdict verdict = this->verdict(claim(0, 0, 1000, 1000, 1));
  EXPECT_EQ(finding_of({verdict}, false, false), Finding::doubtful);
  EXPECT_EQ(finding_of({verdict}, false, true), Finding::recreated);
}

TEST_F(JudgeTest, compacted_and_expired_records_prove_nothing) {
  logs_.fill(0, 0, 1000, 1);
  for (Offset offset = 500; offset < 1000; ++offset) logs_.records[0].erase(offset);
  EXPECT_EQ(verdict(claim(0, 0, 1000, 1000, 1)).kind, Kind::same) << "an older one still stands";
  logs_.bounds[0].earliest = 1000;
  EXPECT_EQ(verdict(claim(0, 0, 1000, 1000, 1)).kind, Kind::unsure);
  EXPECT_EQ(finding_of({verdict(claim(0, 0, 1000, 1000, 1))}, false, true), Finding::fine);
}

TEST_F(JudgeTest, no_answer_is_no_verdict) {
  logs_.fill(0, 0, 10, 1);
  Claim claim = this->claim(0, 0, 10, 10, 1);
  claim.bounds = {};
  EXPECT_EQ(verdict(claim).kind, Kind::unavailable);
  EXPECT_EQ(finding_of({verdict(claim)}, false, true), Finding::fine);
}

// An unclean election: 200 to 299 were lost, the new log grew beyond what was read, and the reading went on over it.
TEST_F(JudgeTest, a_lost_piece_that_was_read_over_is_found_by_looking_thoroughly) {
  Trail trail;
  for (Offset offset = 0; offset < 300; ++offset) trail.add({offset, Logs::print(offset, 1)});
  for (Offset offset = 300; offset < 450; ++offset) trail.add({offset, Logs::print(offset, 2)});
  logs_.fill(0, 0, 200, 1);
  logs_.fill(0, 200, 450, 2);
  for (const Offset verified : {0, 200}) {
    Claim claim{0, verified, 450, trail.anchors(), logs_.bounds[0]};
    EXPECT_EQ(verdict(claim).kind, Kind::same);
    claim.thorough = true;
    const Verdict found = verdict(claim);
    EXPECT_EQ(found.kind, Kind::broken);
    EXPECT_LT(found.common, 200);
    EXPECT_GE(found.common, 0);
    EXPECT_EQ(finding_of({found}, false, false), Finding::truncated);
  }
}

TEST_F(JudgeTest, the_same_log_stands_when_looked_at_thoroughly) {
  logs_.fill(0, 0, 1000, 1);
  Claim claim = this->claim(0, 0, 1000, 500, 1);
  claim.thorough = true;
  const Verdict found = verdict(claim);
  EXPECT_EQ(found.kind, Kind::same);
  EXPECT_EQ(found.common, 999);
}

TEST_F(JudgeTest, fewer_partitions_are_another_topic) {
  logs_.fill(0, 0, 10, 1);
  const Verdict same = verdict(claim(0, 0, 10, 10, 1));
  EXPECT_EQ(finding_of({same}, true, false), Finding::doubtful);
  EXPECT_EQ(finding_of({same}, true, true), Finding::recreated);
}

TEST_F(JudgeTest, one_lost_tail_among_partitions_that_stand_is_a_truncation) {
  logs_.fill(0, 0, 100, 1);
  logs_.fill(1, 0, 100, 2);
  const auto verdicts = judge({claim(0, 0, 100, 100, 1), claim(1, 0, 3, 3, 1)}, logs_.look());
  EXPECT_EQ(finding_of(verdicts, false, false), Finding::truncated);
}

TEST_F(JudgeTest, a_broken_partition_waits_a_little_for_those_that_do_not_answer) {
  logs_.fill(0, 0, 1000, 2);
  logs_.fill(1, 0, 1000, 1);
  Claim silent = claim(1, 0, 1000, 1000, 1);
  silent.bounds = {};
  const auto verdicts = judge({claim(0, 0, 1000, 1000, 1), silent}, logs_.look());
  EXPECT_EQ(finding_of(verdicts, false, false), Finding::doubtful);
  EXPECT_EQ(finding_of(verdicts, false, true), Finding::recreated);
  EXPECT_EQ(finding_of(verdicts, true, false), Finding::recreated) << "partitions that are gone never answer";
}

TEST(TrailTest, keeps_few_anchors_the_nearer_the_more_of_them) {
  Trail trail;
  for (Offset offset = 0; offset < 100'000; ++offset) trail.add({offset, 0});
  const auto anchors = trail.anchors();
  EXPECT_LT(anchors.size(), 120u);
  EXPECT_EQ(anchors[0].offset, 99'999);
  EXPECT_EQ(anchors[1].offset, 99'998);
  for (const Offset back : {10, 100, 1000, 10'000}) {
    const Offset place = 100'000 - back;
    const auto before = std::ranges::find_if(anchors, [&](const Anchor& anchor) { return anchor.offset < place; });
    ASSERT_NE(before, anchors.end());
    EXPECT_GE(before->offset, place - back / 3) << "there is one within a third of the distance";
  }
}

TEST(TrailTest, forgets_what_it_is_told_to) {
  Trail trail;
  trail.learn({{3, 0}, {8, 0}});
  for (Offset offset = 10; offset < 50; ++offset) trail.add({offset, 0});
  trail.cut(20);
  EXPECT_LT(trail.anchors().front().offset, 20);
  trail.cut(5);
  EXPECT_THAT(trail.anchors(), ::testing::ElementsAre(Anchor{3, 0}));
}

}  // namespace
}  // namespace tailrace
