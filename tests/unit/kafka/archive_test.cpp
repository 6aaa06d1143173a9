#include "kafka/kafka_archive.h"

#include "kafka/broker_fixture.h"
#include "wire/fingerprint.h"

#include <gmock/gmock.h>

#include <future>

namespace tailrace {
namespace {

using ::testing::ElementsAre;

// Waits for the one answer of an archive's call.
template <class T>
class Answer {
 public:
  std::function<void(Result<T>)> done() {
    return [promise = promise_](Result<T> result) { promise->set_value(std::move(result)); };
  }
  Result<T> get() {
    auto future = promise_->get_future();
    if (future.wait_for(std::chrono::minutes(2)) != std::future_status::ready) return Error{"silence", ""};
    return future.get();
  }

 private:
  std::shared_ptr<std::promise<Result<T>>> promise_ = std::make_shared<std::promise<Result<T>>>();
};

class ArchiveTest : public BrokerFixture {
 protected:
  ArchiveTest() {
    broker_.create_topic("a", 2);
    auto channel = std::make_shared<Channel>();
    channel->id = 1;
    channel->name = channel->topic = "a";
    channel_ = channel;
  }

  PagePtr read(Offset from, Offset end, std::size_t max_bytes = 4 << 20) {
    Answer<PagePtr> answer;
    archive_.read({channel_, 0, from, end, max_bytes}, answer.done());
    const auto page = answer.get();
    EXPECT_TRUE(page) << page.error().message;
    return page ? *page : std::make_shared<Page>();
  }

  // The offsets of a page's updates; fails where its batches leave a hole.
  static std::vector<Offset> offsets_of(const Page& page) {
    std::vector<Offset> offsets;
    Offset next = page.from;
    for (const BatchPtr& batch : page.batches) {
      EXPECT_EQ(batch->spans[0].from, next);
      next = batch->spans[0].next;
      for (const Mark& mark : batch->marks) offsets.push_back(mark.offset);
    }
    EXPECT_EQ(next, page.next);
    return offsets;
  }

  static std::vector<Offset> range(Offset from, Offset next) {
    std::vector<Offset> offsets;
    for (; from < next; ++from) offsets.push_back(from);
    return offsets;
  }

  ChannelPtr channel_;
  ArchiveProbe probe_;
  KafkaArchive archive_{broker_.settings(), 2, probe_};
};

TEST_F(ArchiveTest, reads_the_page_that_was_asked_for) {
  produce("a", 0, 3000);
  const PagePtr page = read(1100, 2048);
  EXPECT_EQ(page->from, 1100);
  EXPECT_EQ(page->next, 2048);
  EXPECT_FALSE(page->at_end);
  EXPECT_EQ(offsets_of(*page), range(1100, 2048));
}

TEST_F(ArchiveTest, pages_in_a_row_bring_every_record_once_and_go_on_where_the_reader_stands) {
  produce("a", 0, 5000);
  std::vector<Offset> offsets;
  Offset next = 0;
  for (bool end = false; !end;) {
    const PagePtr page = read(next, (next / kPageSpan + 1) * kPageSpan);
    const auto some = offsets_of(*page);
    offsets.insert(offsets.end(), some.begin(), some.end());
    next = page->next;
    end = page->at_end;
  }
  EXPECT_EQ(offsets, range(0, 5000));
  EXPECT_EQ(probe_.continued, 4u);
}

TEST_F(ArchiveTest, ends_at_the_end_of_the_partition) {
  produce("a", 0, 10);
  const PagePtr page = read(4, kPageSpan);
  EXPECT_TRUE(page->at_end);
  EXPECT_EQ(page->next, 10);
  EXPECT_EQ(offsets_of(*page), range(4, 10));
  const PagePtr empty = read(10, kPageSpan);
  EXPECT_TRUE(empty->at_end);
  EXPECT_EQ(empty->next, 10);
  EXPECT_TRUE(empty->batches.empty());
}

TEST_F(ArchiveTest, stops_after_the_batch_that_passes_the_byte_limit) {
  produce("a", 0, 100, '"' + std::string(10'000, 'x') + '"');
  const PagePtr page = read(0, kPageSpan, 300'000);
  EXPECT_FALSE(page->at_end);
  EXPECT_GT(page->bytes, 300'000u);
  EXPECT_LT(page->bytes, 450'000u);
  EXPECT_EQ(offsets_of(*page), range(0, page->next));
}

TEST_F(ArchiveTest, a_position_past_the_end_is_at_the_end) {
  produce("a", 0, 10);
  const PagePtr page = read(500, kPageSpan);
  EXPECT_TRUE(page->at_end);
  EXPECT_EQ(page->next, 500);
}

TEST_F(ArchiveTest, many_readers_at_once_each_get_their_page) {
  produce("a", 0, 10'000);
  std::vector<Answer<PagePtr>> answers(40);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const Offset from = static_cast<Offset>(i % 9) * kPageSpan + static_cast<Offset>(i);
    archive_.read({channel_, 0, from, (from / kPageSpan + 1) * kPageSpan}, answers[i].done());
  }
  for (auto& answer : answers) {
    const auto page = answer.get();
    ASSERT_TRUE(page);
    EXPECT_EQ(offsets_of(**page), range((*page)->from, ((*page)->from / kPageSpan + 1) * kPageSpan));
  }
  EXPECT_EQ(probe_.waiting, 0);
}

TEST_F(ArchiveTest, an_unknown_partition_is_an_error) {
  Answer<PagePtr> answer;
  archive_.read({channel_, 7, 0, kPageSpan}, answer.done());
  EXPECT_EQ(answer.get().error().code, "unknown_partition");
}

// A reader that waited its whole patience for one would be missing to the others.
TEST_F(ArchiveTest, a_partition_without_a_leader_is_given_up) {
  produce("a", 0, 10);
  produce("a", 1, 10);
  ASSERT_EQ(rd_kafka_mock_partition_set_leader(broker_.cluster(), "a", 0, -1), RD_KAFKA_RESP_ERR_NO_ERROR);
  Answer<PagePtr> orphan, other;
  archive_.read({channel_, 0, 0, 1024, 4 << 20}, orphan.done());
  archive_.read({channel_, 1, 0, 1024, 4 << 20}, other.done());
  EXPECT_EQ(orphan.get().error().message, "the partition has no leader");
  const auto page = other.get();
  ASSERT_TRUE(page);
  EXPECT_EQ(offsets_of(**page), range(0, 10));
}

TEST_F(ArchiveTest, tells_bounds_and_ends) {
  produce("a", 0, 10);
  produce("a", 1, 3);
  Answer<std::vector<Bounds>> answer;
  archive_.bounds(channel_, answer.done());
  const auto bounds = answer.get();
  ASSERT_TRUE(bounds);
  ASSERT_EQ(bounds->size(), 2u);
  EXPECT_EQ((*bounds)[0].earliest, 0);
  EXPECT_EQ((*bounds)[0].stable, 10);
  EXPECT_EQ((*bounds)[1].stable, 3);
}

TEST_F(ArchiveTest, a_time_that_finds_nothing_is_the_end) {
  produce("a", 0, 10);
  Answer<TimeOffsets> answer;
  archive_.times(channel_, {1'000, 4'000'000'000'000}, answer.done());  // the mock finds nothing for any time
  const auto times = answer.get();
  ASSERT_TRUE(times);
  EXPECT_THAT(times->at, ElementsAre(ElementsAre(10, 0), ElementsAre(10, 0)));
  EXPECT_GT(times->earliest, 1'000'000'000'000);
}

TEST_F(ArchiveTest, finds_the_last_record_before_a_place) {
  produce("a", 0, 10);
  Answer<LastUpdates> answer;
  archive_.last_before(channel_, {{0, 10, {}}, {1, 0, {}}, {1, kUnknown, {}}, {0, 1, {}}}, answer.done());
  const auto found = answer.get();
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->complete);
  ASSERT_EQ(found->before.size(), 4u);
  EXPECT_EQ(found->before[0]->offset, 9);
  EXPECT_EQ(found->before[1], std::nullopt);
  EXPECT_EQ(found->before[2], std::nullopt);
  EXPECT_EQ(found->before[3]->offset, 0);
}

TEST_F(ArchiveTest, stops_in_the_middle_of_a_wait) {
  rd_kafka_mock_broker_set_down(broker_.cluster(), -1);
  Answer<PagePtr> answer;
  archive_.read({channel_, 0, 0, kPageSpan}, answer.done());
  archive_.stop();
}

}  // namespace
}  // namespace tailrace
