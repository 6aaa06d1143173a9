// `{"last":N}`: where the newest N updates of a channel begin.
#include "shard/last_search.h"

#include "shard/stage.h"

namespace tailrace {
namespace {

class LastN : public Stage {
 protected:
  // Where a subscription to the last `count` starts.
  std::string start_of(int count) {
    auto client = subscribe(R"("from":{"last":)" + std::to_string(count) + "}");
    const std::string all = heard(*client);
    return all.substr(0, all.find(';'));
  }
};

TEST_F(LastN, within_the_log_nothing_is_asked) {
  kafka_.add(0, 100);
  open({0, 0});
  publish(0);
  EXPECT_EQ(start_of(10), "subscribed#1 0:90,1:0");
  EXPECT_EQ(kafka_.read_text(), "");
}

TEST_F(LastN, the_newest_of_all_partitions_by_time) {
  for (Offset offset = 0; offset < 50; ++offset) {
    kafka_.add_at(0, offset, 1000 + 10 * offset);
    kafka_.add_at(1, offset, 1000 + 30 * offset);
  }
  open({0, 0});
  publish(0);
  publish(1);
  // Partition 1's last 33 are newer than all of partition 0's; of those before, each has some.
  EXPECT_EQ(start_of(33), "subscribed#1 0:50,1:17");
  EXPECT_EQ(start_of(40), "subscribed#1 0:45,1:15");
}

TEST_F(LastN, below_the_tail_pages_are_read_backwards) {
  kafka_.add(0, 5000);
  open({4990, 0});
  publish(0);
  EXPECT_EQ(start_of(10), "subscribed#1 0:4990,1:0");
  EXPECT_EQ(kafka_.read_text(), "");
  EXPECT_EQ(start_of(11), "subscribed#1 0:4989,1:0");
  EXPECT_EQ(start_of(3000), "subscribed#1 0:2000,1:0");
}

TEST_F(LastN, holes_do_not_count) {
  kafka_.add(0, 10);
  kafka_.add_holes(0, 3000);
  kafka_.add(0, 5);
  kafka_.add_holes(0, 7);
  open({3022, 0});
  EXPECT_EQ(start_of(8), "subscribed#1 0:7,1:0");
}

TEST_F(LastN, fewer_come_where_there_are_fewer) {
  kafka_.add(0, 10);
  open({10, 0});
  EXPECT_EQ(start_of(500), "subscribed#1 0:0,1:0");
}

TEST_F(LastN, an_empty_channel_starts_at_its_end) {
  kafka_.add_holes(0, 10);
  open({10, 0});
  EXPECT_EQ(start_of(5), "subscribed#1 0:10,1:0");
}

TEST_F(LastN, the_search_ends_where_records_expired) {
  kafka_.add(0, 3000);
  kafka_.expire(0, 2900);
  open({3000, 0});
  EXPECT_EQ(start_of(500), "subscribed#1 0:2900,1:0");
  EXPECT_EQ(kafka_.read_text(), "0:2048-3072");
}

TEST_F(LastN, the_search_goes_on_behind_what_is_undecodable) {
  kafka_.add(0, 2048);
  kafka_.corrupt = {{0, 1024, 1030}};
  open({2048, 0});
  EXPECT_EQ(start_of(1500), "subscribed#1 0:542,1:0");
}

TEST_F(LastN, the_search_ends_at_the_scan_limit) {
  kafka_.add(0, 10);
  kafka_.add_holes(0, 100'000);
  open({100'010, 0});
  EXPECT_EQ(start_of(5), "subscribed#1 0:100010,1:0");
  EXPECT_LE(pages_probe_.asked, static_cast<std::uint64_t>(kScanLimit / kPageSpan + 2));
}

TEST_F(LastN, large_records_are_read_once_although_pages_hold_few) {
  kafka_.add(0, 1024, 1000);
  kafka_.part_bytes = 60'000;
  open({1024, 0});
  EXPECT_EQ(start_of(1000), "subscribed#1 0:24,1:0");
  EXPECT_LE(pages_probe_.read, 20u);
}

TEST_F(LastN, updates_on_their_way_to_the_log_count) {
  kafka_.add(0, 100);
  open({95, 0});
  EXPECT_EQ(start_of(10), "subscribed#1 0:90,1:0");
  EXPECT_EQ(start_of(3), "subscribed#1 0:95,1:0");
}

TEST_F(LastN, a_herd_shares_the_pages) {
  kafka_.add(0, 3000);
  open({3000, 0});
  std::vector<std::unique_ptr<FakeOutlet>> herd;
  for (int i = 0; i < 20; ++i) {
    herd.push_back(connect());
    herd.back()->say(R"({"op":"subscribe","channel":"metrics","from":{"last":900}})");
  }
  settle();
  for (auto& client : herd) EXPECT_TRUE(heard(*client).starts_with("subscribed 0:2100,1:0; 0:2100-"));
  EXPECT_EQ(kafka_.read_text(), "0:2048-3072");
}

TEST_F(LastN, of_one_session_one_page_is_read_at_a_time) {
  kafka_.add(0, 3000);
  auto others = connect(), client = connect();
  std::vector<std::string> subscriptions;
  for (ChannelId id = 1; id <= 4; ++id) {
    const std::string name = "c" + std::to_string(id);
    open(make_channel(id, name), {3000, 0}, {3000, 0});
    others->say(R"({"op":"subscribe","channel":")" + name + R"("})");  // its anchors are known from now on
    settle();
    subscriptions.push_back(R"({"op":"subscribe","channel":")" + name + R"(","from":{"last":5}})");
  }
  for (const std::string& subscription : subscriptions) client->say(subscription);
  settle(false);
  EXPECT_EQ(kafka_.read_text(), "0:2048-3072");
  kafka_.answer();
  settle(false);
  EXPECT_EQ(kafka_.read_text(), "0:2048-3072");
  settle();
  EXPECT_EQ(client->frames.size(), 8u);  // of each channel, `subscribed` and a batch
}

TEST_F(LastN, without_an_answer_it_is_pending) {
  kafka_.add(0, 3000);
  open({3000, 0});
  subscribe();
  kafka_.unavailable = true;
  auto client = subscribe(R"("from":{"last":5})");
  EXPECT_EQ(heard(*client), "");
  kafka_.unavailable = false;
  run_until([&] { return !client->frames.empty(); });
  EXPECT_EQ(heard(*client), "subscribed#1 0:2995,1:0; 0:2995-3000");
}

}  // namespace
}  // namespace tailrace
