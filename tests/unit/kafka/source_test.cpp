#include "kafka/source.h"

#include "kafka/recording_feed.h"

#include <gmock/gmock.h>

namespace tailrace {
namespace {

using ::testing::ElementsAre;

class SourceTest : public ::testing::Test {
 protected:
  SourceTest() {
    auto channel = std::make_shared<Channel>();
    channel->id = 1;
    channel->name = channel->topic = "a";
    source_ = std::make_unique<Source>(channel, writer_, probe_, [this](FeedEvent event) { feed_.publish(std::move(event)); });
  }

  void take(Partition partition, Offset offset, std::string value = "1") {
    Record record;
    record.offset = offset;
    record.value = value;
    source_->take(partition, record);
  }
  std::vector<BatchPtr> batches() {
    std::vector<BatchPtr> batches;
    for (const LogAppended& appended : all<LogAppended>(feed_.events())) batches.push_back(appended.batch);
    return batches;
  }

  UpdateWriter writer_;
  IngestProbe probe_;
  RecordingFeed feed_;
  std::unique_ptr<Source> source_;
};

TEST_F(SourceTest, each_batch_begins_where_the_last_one_ended) {
  source_->open({10, 20}, {10, 20});
  take(0, 10);
  take(0, 12);
  take(1, 25);
  source_->flush(false);
  take(0, 15);
  source_->flush(false);
  ASSERT_EQ(batches().size(), 3u);
  EXPECT_THAT(batches()[0]->spans, ElementsAre(Span{0, 10, 13}));
  EXPECT_THAT(batches()[1]->spans, ElementsAre(Span{1, 20, 26}));
  EXPECT_THAT(batches()[2]->spans, ElementsAre(Span{0, 13, 16}));
}

TEST_F(SourceTest, the_end_of_a_partition_covers_the_hole_behind_the_last_record) {
  source_->open({0}, {0});
  take(0, 0);
  source_->end(0, 5);
  source_->flush(false);
  EXPECT_THAT(batches()[0]->spans, ElementsAre(Span{0, 0, 5}));
}

TEST_F(SourceTest, a_hole_alone_waits_for_its_coverage) {
  source_->open({0, 7}, {0, 7});
  source_->end(0, 3);
  source_->end(1, 9);
  EXPECT_TRUE(source_->flush(false));
  EXPECT_TRUE(batches().empty());
  EXPECT_FALSE(source_->flush(true));
  ASSERT_EQ(batches().size(), 1u);
  EXPECT_EQ(batches()[0]->kind, Batch::Kind::coverage);
  EXPECT_THAT(batches()[0]->spans, ElementsAre(Span{0, 0, 3}, Span{1, 7, 9}));
}

TEST_F(SourceTest, a_batch_that_comes_before_the_coverage_covers_the_hole_itself) {
  source_->open({0}, {0});
  source_->end(0, 3);
  source_->flush(false);
  take(0, 3);
  source_->flush(false);
  source_->flush(true);
  ASSERT_EQ(batches().size(), 1u);
  EXPECT_THAT(batches()[0]->spans, ElementsAre(Span{0, 0, 4}));
}

TEST_F(SourceTest, a_record_that_comes_again_is_left_out) {
  source_->open({0}, {0});
  take(0, 0);
  take(0, 1);
  take(0, 1);
  source_->flush(false);
  EXPECT_EQ(batches()[0]->marks.size(), 2u);
  EXPECT_EQ(probe_.repeated, 1u);
}

TEST_F(SourceTest, a_full_batch_goes_out_at_once) {
  source_->open({0}, {0});
  for (Offset offset = 0; offset < 20; ++offset) take(0, offset, '"' + std::string(10'000, 'x') + '"');
  EXPECT_EQ(batches().size(), 2u);
  source_->flush(false);
  EXPECT_EQ(batches().size(), 3u);
  EXPECT_TRUE(Chain(feed_.events()).unbroken);
}

TEST_F(SourceTest, a_partition_that_starts_later_tells_where_with_a_row) {
  source_->open({0}, {0});
  EXPECT_TRUE(source_->start(2, 0));
  take(2, 0);
  EXPECT_FALSE(source_->start(2, 0));
  take(2, 1);
  source_->flush(false);
  const auto started = all<PartitionStarted>(feed_.events());
  EXPECT_EQ(started[0].partition, 2);
  EXPECT_THAT(batches()[0]->spans, ElementsAre(Span{2, 0, 0}));
  EXPECT_TRUE(Chain(feed_.events()).unbroken);
  EXPECT_EQ(source_->next(1), kUnknown);
}

TEST_F(SourceTest, a_gap_ends_what_was_taken_in) {
  source_->open({0}, {0});
  take(0, 0);
  source_->skip(0, 10, "expired");
  take(0, 10);
  source_->flush(false);
  const Chain chain(feed_.events());
  EXPECT_TRUE(chain.unbroken);
  EXPECT_THAT(chain.gaps, ElementsAre(std::pair(Span{0, 1, 10}, std::string("expired"))));
}

TEST_F(SourceTest, after_a_reset_the_chain_begins_at_its_start) {
  source_->open({5, 0}, {5, 0});
  take(0, 5);
  source_->reset("recreated", {0});
  take(0, 0);
  source_->flush(false);
  const Chain chain(feed_.events());
  EXPECT_TRUE(chain.unbroken);
  EXPECT_THAT(chain.updates, ElementsAre(std::pair(0, Offset{5}), std::pair(0, Offset{0})));
  EXPECT_EQ(source_->partitions(), 1u);
  EXPECT_EQ(all<LogReset>(feed_.events())[0].resume, Offsets{0});
}

TEST_F(SourceTest, a_reset_forgets_only_the_records_that_may_differ) {
  source_->open({0, 0}, {0, 0});
  for (Offset offset = 0; offset < 4; ++offset) {
    take(0, offset);
    take(1, offset);
  }
  source_->reset("truncated", {4, 2});
  EXPECT_EQ(source_->trail(0).anchors().front().offset, 3);
  EXPECT_EQ(source_->trail(1).anchors().front().offset, 1);
  EXPECT_EQ(all<LogReset>(feed_.events())[0].resume, (Offsets{kUnknown, 2}));
}

}  // namespace
}  // namespace tailrace
