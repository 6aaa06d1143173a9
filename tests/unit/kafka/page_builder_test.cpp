#include "kafka/page_builder.h"

#include <gmock/gmock.h>

namespace tailrace {
namespace {

using ::testing::ElementsAre;

class PageBuilderTest : public ::testing::Test {
 protected:
  PageBuilderTest() : channel_(std::make_shared<Channel>()) {}

  static void add(PageBuilder& page, Offset offset, const std::string& value = "1") {
    Record record;
    record.offset = offset;
    record.value = value;
    page.add(record);
  }
  static std::vector<Span> spans(const Page& page) {
    std::vector<Span> spans;
    for (const BatchPtr& batch : page.batches) spans.insert(spans.end(), batch->spans.begin(), batch->spans.end());
    return spans;
  }

  ChannelPtr channel_;
  UpdateWriter writer_;
};

TEST_F(PageBuilderTest, the_last_batch_covers_the_hole_up_to_the_pages_end) {
  PageBuilder page(writer_, channel_, 3, 100);
  add(page, 105);
  add(page, 107);
  const PagePtr done = page.finish(1024, false);
  EXPECT_THAT(spans(*done), ElementsAre(Span{3, 100, 1024}));
  EXPECT_EQ(done->from, 100);
  EXPECT_EQ(done->next, 1024);
}

TEST_F(PageBuilderTest, a_page_without_records_is_coverage) {
  PageBuilder page(writer_, channel_, 0, 0);
  const PagePtr done = page.finish(1024, false);
  ASSERT_EQ(done->batches.size(), 1u);
  EXPECT_EQ(done->batches[0]->kind, Batch::Kind::coverage);
  EXPECT_THAT(spans(*done), ElementsAre(Span{0, 0, 1024}));
}

TEST_F(PageBuilderTest, nothing_at_all_is_an_empty_page) {
  PageBuilder page(writer_, channel_, 0, 7);
  const PagePtr done = page.finish(7, true);
  EXPECT_TRUE(done->batches.empty());
  EXPECT_TRUE(done->at_end);
}

TEST_F(PageBuilderTest, large_records_make_several_batches_without_a_hole) {
  PageBuilder page(writer_, channel_, 0, 0);
  for (Offset offset = 0; offset < 30; offset += 3) add(page, offset, '"' + std::string(30'000, 'x') + '"');
  const PagePtr done = page.finish(64, false);
  EXPECT_GT(done->batches.size(), 3u);
  Offset next = 0;
  for (const Span& span : spans(*done)) {
    EXPECT_EQ(span.from, next);
    next = span.next;
  }
  EXPECT_EQ(next, 64);
  EXPECT_GT(done->bytes, 300'000u);
}

TEST_F(PageBuilderTest, a_gap_stands_between_what_was_read_before_and_after) {
  PageBuilder page(writer_, channel_, 0, 0);
  add(page, 1);
  page.gap(50, "expired");
  add(page, 60);
  const PagePtr done = page.finish(64, false);
  EXPECT_THAT(spans(*done), ElementsAre(Span{0, 0, 2}, Span{0, 2, 50}, Span{0, 50, 64}));
  EXPECT_EQ(done->batches[1]->reason, "expired");
}

}  // namespace
}  // namespace tailrace
