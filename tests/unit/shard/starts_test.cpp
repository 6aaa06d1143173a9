// Every form of a start, from the message to the first frames.
#include "shard/stage.h"

namespace tailrace {
namespace {

// Kafka holds records 0 to 99 of partition 0 and 0 to 49 of partition 1, a second apart; the log begins at their ends.
class Starts : public Stage {
 protected:
  Starts() {
    kafka_.add(0, 100);
    kafka_.add(1, 50);
  }
  std::string print_at(Offset offset) { return fingerprint_text(kafka_.before(0, offset + 1)->fingerprint); }
  void open_at_the_end() { open({100, 50}); }
  // The log holds the newest 20 of partition 0 and 10 of partition 1.
  void open_warm() {
    open(metrics_, {80, 40}, {100, 50});
    publish(0);
    publish(1);
  }
};

TEST_F(Starts, live_is_the_head) {
  open_at_the_end();
  auto client = subscribe();
  EXPECT_EQ(heard(*client), "subscribed#1 0:100,1:50");
  kafka_.add(0, 2);
  publish(0);
  EXPECT_EQ(heard(*client), "0:100-102");
}

TEST_F(Starts, live_is_the_end_as_it_stood_while_the_log_warms) {
  open(metrics_, {80, 40}, {100, 50});
  auto client = subscribe(R"("from":"live")");
  EXPECT_EQ(heard(*client), "subscribed#1 0:100,1:50");
  kafka_.add(0, 5);
  publish(0, 90);
  EXPECT_EQ(heard(*client), "");
  publish(0);
  publish(1);
  EXPECT_EQ(heard(*client), "0:100-105");
}

TEST_F(Starts, earliest_is_what_kafka_still_has) {
  open_at_the_end();
  kafka_.expire(0, 30);
  auto client = subscribe(R"("from":"earliest")");
  EXPECT_EQ(heard(*client), "subscribed#1 0:30,1:0; 0:30-94; 0:94-100; 1:0-50");
}

TEST_F(Starts, earliest_is_asked_once_for_a_herd) {
  open_at_the_end();
  subscribe();
  const int before = kafka_.questions;
  std::vector<std::unique_ptr<FakeOutlet>> herd;
  for (int i = 0; i < 10; ++i) {
    herd.push_back(connect());
    herd.back()->say(R"({"op":"subscribe","channel":"metrics","from":"earliest"})");
  }
  settle();
  EXPECT_EQ(kafka_.questions, before + 1);
  for (auto& client : herd) EXPECT_EQ(heard(*client), "subscribed 0:0,1:0; 0:0-64; 0:64-100; 1:0-50");
}

TEST_F(Starts, a_time_that_the_log_reaches_everywhere_is_answered_by_it) {
  open_warm();
  subscribe();
  const int before = kafka_.questions;
  auto client = subscribe(R"("from":{"time":81000})");
  EXPECT_EQ(heard(*client), "subscribed#1 0:81,1:50; 0:81-100");
  EXPECT_EQ(kafka_.questions, before);
}

TEST_F(Starts, an_older_time_is_asked_of_kafka) {
  open_warm();
  auto client = subscribe(R"("from":{"time":10000})");
  EXPECT_EQ(heard(*client), "subscribed#1 0:10,1:10; 0:10-64; 0:64-100; 1:10-50");
}

TEST_F(Starts, a_time_is_rounded_down_to_a_second) {
  open_warm();
  auto client = subscribe(R"("from":{"time":10999})");
  EXPECT_TRUE(heard(*client).starts_with("subscribed#1 0:10,1:10;"));
}

TEST_F(Starts, a_time_to_come_is_the_end) {
  open_at_the_end();
  auto client = subscribe(R"("from":{"time":99999999999999})");
  EXPECT_EQ(heard(*client), "subscribed#1 0:100,1:50");
}

TEST_F(Starts, a_time_ago_counts_from_now) {
  const Millis now = now_millis();
  kafka_.at(0).records.clear();
  kafka_.at(0).stable = 0;
  for (Offset offset = 0; offset < 4; ++offset) kafka_.add_at(0, offset, now - 3'600'000 * (4 - offset));
  open({4, 50});
  auto client = subscribe(R"("from":"-150m")");
  EXPECT_EQ(heard(*client), "subscribed#1 0:2,1:50; 0:2-4");
}

TEST_F(Starts, a_position_goes_on_where_it_was) {
  open_warm();
  auto client = subscribe(R"("from":{"position":"v1.0000abcd.0:95,1:45"})");
  EXPECT_EQ(heard(*client), "subscribed#1 0:95,1:45; 0:95-100; 1:45-50");
}

TEST_F(Starts, a_position_in_kafka_only_is_read_from_there) {
  open_warm();
  auto client = subscribe(R"("from":{"position":"v1.0000abcd.0:70,1:50"})");
  EXPECT_EQ(heard(*client), "subscribed#1 0:70,1:50; 0:70-100");
}

TEST_F(Starts, a_partition_that_a_position_lacks_is_new_and_starts_at_0) {
  open_warm();
  kafka_.expire(1, 30);
  auto client = subscribe(R"("from":{"position":"v1.0000abcd.0:100"})");
  EXPECT_EQ(heard(*client), "subscribed#1 0:100,1:0; gap 1:0-30 expired; 1:30-50");
}

TEST_F(Starts, a_position_without_a_place_for_a_partition_starts_that_where_start_says) {
  open_warm();
  auto client = subscribe(R"("from":{"position":"v1.0000abcd.0:100,1:?"},"start":{"time":20000})");
  EXPECT_TRUE(heard(*client).starts_with("subscribed#1 0:100,1:20; 1:20-"));
}

TEST_F(Starts, a_position_above_the_end_waits) {
  open_at_the_end();
  auto client = subscribe(R"("from":{"position":"v1.0000abcd.0:103,1:50"})");
  EXPECT_EQ(heard(*client), "subscribed#1 0:103,1:50");
  kafka_.add(0, 5);
  publish(0);
  EXPECT_EQ(heard(*client), "0:103-105");
}

TEST_F(Starts, a_position_above_the_end_is_given_no_anchor) {
  open_at_the_end();
  subscribe();
  kafka_.add(0, 1);
  publish(0);
  auto client = subscribe(R"("from":{"position":"v1.0000abcd.0:103,1:50"})");
  ASSERT_EQ(client->frames.size(), 1u);
  EXPECT_NE(client->frames[0].find("0:103,1:50~"), std::string::npos) << client->frames[0];
}

TEST_F(Starts, a_position_of_another_view_is_reset_to_the_first_start) {
  open_warm();
  auto client = subscribe(R"("from":{"position":"v1.00001234.0:95,1:45"},"start":"live")");
  EXPECT_EQ(heard(*client), "subscribed#1 0:100,1:50; reset channel_changed 0:100,1:50");
}

TEST_F(Starts, a_position_of_a_partition_that_the_topic_lacks_means_it_was_recreated) {
  open_warm();
  auto client = subscribe(R"("from":{"position":"v1.0000abcd.0:95,1:45,2:3"})");
  EXPECT_TRUE(heard(*client).starts_with("subscribed#1 0:0,1:0; reset recreated 0:0,1:0; 0:0-"));
}

TEST_F(Starts, subscribed_carries_anchors_so_that_who_receives_nothing_can_resume) {
  open_at_the_end();
  auto client = subscribe();
  ASSERT_EQ(client->frames.size(), 1u);
  const auto first = fingerprint_text(kafka_.before(0, 100)->fingerprint);
  const auto second = fingerprint_text(kafka_.before(1, 50)->fingerprint);
  EXPECT_NE(client->frames[0].find(R"("position":"v1.0000abcd.0:100~)" + first + ",1:50~" + second + '"'), std::string::npos)
      << client->frames[0];
  EXPECT_NE(client->frames[0].find(R"("head":"v1.0000abcd.0:100,1:50")"), std::string::npos);
}

TEST_F(Starts, the_records_before_the_log_are_asked_for_once) {
  open_at_the_end();
  subscribe();
  subscribe();
  EXPECT_EQ(kafka_.questions, 1);
}

TEST_F(Starts, an_anchor_with_the_same_record_goes_on) {
  open_warm();
  const auto print = fingerprint_text(kafka_.before(0, 70)->fingerprint);
  auto client = subscribe(R"("from":{"position":"v1.0000abcd.0:70~)" + print + R"(,1:50"})");
  EXPECT_EQ(heard(*client), "subscribed#1 0:70,1:50; 0:70-100");
}

TEST_F(Starts, an_anchor_whose_record_is_gone_goes_on) {
  open_warm();
  kafka_.expire(0, 75);
  auto client = subscribe(R"("from":{"position":"v1.0000abcd.0:70~12345678,1:50"})");
  EXPECT_EQ(heard(*client), "subscribed#1 0:70,1:50; gap 0:70-75 expired; 0:75-100");
}

// ---- while the log warms up

TEST_F(Starts, a_time_is_not_looked_for_in_a_log_that_is_still_warming) {
  open(metrics_, {80, 40}, {100, 50});
  publish(0, 90);
  publish(1, 45);
  auto client = subscribe(R"("from":{"time":85000})");
  EXPECT_EQ(heard(*client), "subscribed#1 0:85,1:50; 0:85-90");
  auto late = subscribe(R"("from":{"time":95000})");
  EXPECT_EQ(heard(*late), "subscribed#1 0:95,1:50");
  publish(0);
  EXPECT_EQ(heard(*late), "0:95-100");
}

TEST_F(Starts, the_last_are_not_looked_for_in_a_log_that_is_still_warming) {
  open(metrics_, {80, 40}, {100, 50});
  publish(0, 90);
  auto client = subscribe(R"("from":{"last":3})");
  EXPECT_EQ(heard(*client), "subscribed#1 0:97,1:50");
}

TEST_F(Starts, live_has_its_anchor_before_the_log_is_warm) {
  open(metrics_, {80, 40}, {100, 50});
  auto client = subscribe();
  ASSERT_EQ(client->frames.size(), 1u);
  EXPECT_NE(client->frames[0].find("0:100~" + print_at(99)), std::string::npos) << client->frames[0];
}

// ---- anchors above what was read

TEST_F(Starts, an_anchor_that_the_log_has_not_reached_is_judged_when_it_does) {
  open(metrics_, {80, 40}, {100, 50});
  const std::string right = print_at(94);
  auto same = subscribe(R"("from":{"position":"v1.0000abcd.0:95~)" + right + R"(,1:50"})");
  auto other = subscribe(R"("from":{"position":"v1.0000abcd.0:95~12345678,1:50"})");
  EXPECT_EQ(heard(*same), "subscribed#1 0:95,1:50");
  EXPECT_EQ(heard(*other), "subscribed#1 0:95,1:50");
  publish(0);
  EXPECT_EQ(heard(*same), "0:95-100");
  EXPECT_TRUE(heard(*other).starts_with("reset recreated 0:0,1:0; "));
}

TEST_F(Starts, a_position_above_the_end_of_another_history_is_reset_before_any_of_it_is_sent) {
  open_at_the_end();
  auto client = subscribe(R"("from":{"position":"v1.0000abcd.0:103~12345678,1:50"})");
  EXPECT_EQ(heard(*client), "subscribed#1 0:103,1:50");
  kafka_.add(0, 1);
  publish(0);
  EXPECT_EQ(heard(*client), "");
  kafka_.add(0, 5);
  publish(0);
  EXPECT_TRUE(heard(*client).starts_with("reset recreated 0:0,1:0; "));
}

TEST_F(Starts, an_overflow_over_an_unproven_anchor_asks_kafka_for_it) {
  open_at_the_end();
  kafka_.add(0, 20);
  auto client = subscribe(R"("from":{"position":"v1.0000abcd.0:110~12345678,1:50"})");
  heard(*client);
  deliver(LogSkipped{7, {120, 50}, 5});
  publish(1);
  kafka_.add(1, 1);
  append(kafka_.batch(metrics_, 1, 50, 51));
  EXPECT_TRUE(heard(*client).starts_with("reset recreated 0:0,1:0; "));
}

TEST_F(Starts, after_a_truncation_who_saw_what_was_lost_goes_on_there) {
  open_warm();
  const auto was = kafka_.before(0, 98);
  kafka_.at(0) = {0, 90, {}};
  kafka_.value = "8";
  kafka_.add(0, 10);
  pages_.forget(7);
  deliver(LogReset{7, "truncated", {90, 50}, {90, kUnknown}});
  append(kafka_.batch(metrics_, 0, 90, 100));
  auto client = subscribe(R"("from":{"position":")" + format_position({0xabcd, {{0, 98, was}, {1, 50, {}}}}) + "\"}");
  EXPECT_EQ(heard(*client), "subscribed#1 0:90,1:50; reset truncated 0:90,1:50; 0:90-100");
  auto stranger = subscribe(R"("from":{"position":"v1.0000abcd.0:98~12345678,1:50"})");
  EXPECT_TRUE(heard(*stranger).starts_with("subscribed#1 0:0,1:0; reset recreated 0:0,1:0; "));
}

TEST_F(Starts, who_had_only_holes_of_what_was_lost_goes_on_there) {
  open_warm();
  const auto last = kafka_.before(0, 90);
  kafka_.at(0).records.resize(90);
  kafka_.at(0).stable = 90;
  deliver(LogReset{7, "truncated", {90, 50}, {90, kUnknown}});
  auto client = subscribe(R"("from":{"position":")" + format_position({0xabcd, {{0, 95, last}, {1, 50, {}}}}) + "\"}");
  EXPECT_EQ(heard(*client), "subscribed#1 0:90,1:50; reset truncated 0:90,1:50");
}

TEST_F(Starts, a_partition_that_only_another_bridge_has_seen_is_waited_for) {
  options_.retry_after = 1;
  open_at_the_end();
  kafka_.partitions.resize(3);
  auto client = subscribe(R"("from":{"position":"v1.0000abcd.0:100,1:50,2:0"})");
  EXPECT_EQ(heard(*client), "");
  deliver(PartitionStarted{7, 2, 0});
  run_until([&] { return !client->frames.empty(); });
  EXPECT_EQ(heard(*client), "subscribed#1 0:100,1:50,2:0");
}

TEST_F(Starts, the_earliest_of_a_partition_that_does_not_answer_is_what_was_known_of_it) {
  open_at_the_end();
  kafka_.at(0).earliest = kafka_.at(1).earliest = kUnknown;
  deliver(ChannelNumbers{7, {30, kUnknown}, {100, 50}, 0});
  auto client = subscribe(R"("from":"earliest")");
  EXPECT_TRUE(heard(*client).starts_with("subscribed#1 0:30,1:0"));
}

TEST_F(Starts, what_ended_names_no_partition_that_came_later) {
  open_at_the_end();
  auto client = subscribe(R"("to":{"position":"v1.0000abcd.0:110,1:50"})");
  deliver(PartitionStarted{7, 2, 0});
  kafka_.add(0, 10);
  append(kafka_.batch(metrics_, 0, 100, 110));
  EXPECT_TRUE(heard(*client).ends_with("ended 0:110,1:50"));
}

TEST_F(Starts, a_reset_while_a_start_is_looked_for_begins_the_search_again) {
  open_at_the_end();
  subscribe();
  auto client = connect();
  client->say(R"({"op":"subscribe","id":1,"channel":"metrics","from":"earliest"})");
  settle(false);
  ASSERT_GT(kafka_.unanswered(), 0u);
  kafka_.partitions.assign(2, {});
  kafka_.add(0, 5);
  pages_.forget(7);
  deliver(LogReset{7, "recreated", {5, 0}, {0, 0}});
  EXPECT_EQ(heard(*client), "subscribed#1 0:0,1:0; 0:0-5");
}

TEST_F(Starts, what_was_known_before_a_reset_is_of_another_log) {
  open_at_the_end();
  kafka_.expire(0, 30);
  EXPECT_TRUE(heard(*subscribe(R"("from":"earliest")")).starts_with("subscribed#1 0:30,1:0"));
  auto asking = connect();
  asking->say(R"({"op":"subscribe","id":1,"channel":"metrics","from":{"time":10000}})");  // not in the log: asked
  settle(false);
  ASSERT_GT(kafka_.unanswered(), 0u);
  settle();
  EXPECT_TRUE(heard(*asking).starts_with("subscribed#1 "));
  kafka_.partitions.assign(2, {});
  kafka_.add(0, 60);
  pages_.forget(7);
  deliver(LogReset{7, "recreated", {60, 0}, {0, 0}});
  EXPECT_TRUE(heard(*subscribe(R"("from":"earliest")")).starts_with("subscribed#1 0:0,1:0"));
  EXPECT_TRUE(heard(*subscribe(R"("from":{"time":10000})")).starts_with("subscribed#1 0:10,1:0"));
}

// ---- without an answer

TEST_F(Starts, while_kafka_does_not_answer_a_subscription_is_pending) {
  open_at_the_end();
  subscribe();
  kafka_.unavailable = true;
  auto client = subscribe(R"("from":"earliest")");
  EXPECT_EQ(heard(*client), "");
  kafka_.unavailable = false;
  run_until([&] { return !client->frames.empty(); });
  EXPECT_TRUE(heard(*client).starts_with("subscribed#1 0:0,1:0"));
}

TEST_F(Starts, a_page_that_kafka_does_not_give_is_asked_for_until_it_does) {
  open_at_the_end();
  subscribe();
  kafka_.unavailable = true;
  auto client = subscribe(R"("from":{"position":"v1.0000abcd.0:90,1:50"})");
  EXPECT_EQ(heard(*client), "subscribed#1 0:90,1:50");
  kafka_.unavailable = false;
  run_until([&] { return !client->frames.empty(); });
  EXPECT_EQ(heard(*client), "0:90-100");
}

TEST_F(Starts, without_anchors_a_subscription_starts_all_the_same) {
  open_at_the_end();
  kafka_.unavailable = true;
  auto client = subscribe();
  EXPECT_EQ(heard(*client), "subscribed#1 0:100,1:50");
}

TEST_F(Starts, a_topic_that_is_not_there_yet_begins_at_0_when_it_appears) {
  open(Offsets{});
  auto client = subscribe();
  EXPECT_EQ(heard(*client), "subscribed#1 ");
  deliver(PartitionStarted{7, 0, 0});
  append(make_coverage(*metrics_, {{0, 0, 0}}));
  append(kafka_.batch(metrics_, 0, 0, 3));
  EXPECT_EQ(heard(*client), "cover 0:0-0; 0:0-3");
}

TEST_F(Starts, a_partition_without_a_leader_is_told_when_it_begins) {
  open({100, kUnknown});
  auto client = subscribe();
  EXPECT_EQ(heard(*client), "subscribed#1 0:100,1:?");
  deliver(PartitionStarted{7, 1, 50});
  append(make_coverage(*metrics_, {{1, 50, 50}}));
  EXPECT_EQ(heard(*client), "cover 1:50-50");
}

TEST_F(Starts, a_position_above_an_end_that_nobody_knew_is_judged_when_it_is_known) {
  kafka_.at(0).stable = kafka_.at(1).stable = 50;
  open({50, kUnknown});
  auto client = subscribe(R"("from":{"position":"v1.0000abcd.0:50,1:60~12345678"})");
  EXPECT_EQ(heard(*client), "subscribed#1 0:50,1:60");
  deliver(PartitionStarted{7, 1, 50});
  append(make_coverage(*metrics_, {{1, 50, 50}}));
  std::string all;
  run_until([&] { return (all += heard(*client)).find("reset recreated 0:0,1:0") != std::string::npos; });
}

// ---- ends

TEST_F(Starts, a_position_as_end_ends_the_subscription) {
  open_warm();
  auto client = subscribe(R"("from":{"position":"v1.0000abcd.0:70,1:45"},"to":{"position":"v1.0000abcd.0:90,1:47"})");
  EXPECT_EQ(heard(*client), "subscribed#1 0:70,1:45; 0:70-90; 1:45-47; ended 0:90,1:47");
  EXPECT_EQ(probe_.subscriptions, 0u);
  client->say(R"({"op":"subscribe","id":2,"channel":"metrics"})");
  settle();
  EXPECT_EQ(heard(*client), "subscribed#2 0:100,1:50");
}

TEST_F(Starts, a_partition_that_the_end_lacks_ends_where_it_starts) {
  open_warm();
  auto client = subscribe(R"("from":{"position":"v1.0000abcd.0:70,1:45"},"to":{"position":"v1.0000abcd.0:72"})");
  EXPECT_EQ(heard(*client), "subscribed#1 0:70,1:45; 0:70-72; ended 0:72,1:45");
}

TEST_F(Starts, an_end_of_another_view_is_refused) {
  open_warm();
  auto client = subscribe(R"("to":{"position":"v1.00001234.0:72"})");
  EXPECT_EQ(heard(*client), "error position_invalid#1");
  client->say(R"({"op":"subscribe","id":2,"channel":"metrics"})");
  settle();
  EXPECT_EQ(heard(*client), "subscribed#2 0:100,1:50");
}

TEST_F(Starts, a_time_as_end_is_the_first_offset_not_wanted) {
  open_warm();
  auto client = subscribe(R"("from":{"time":10000},"to":{"time":12000})");
  EXPECT_EQ(heard(*client), "subscribed#1 0:10,1:10; 0:10-12; 1:10-12; ended 0:12,1:12");
}

TEST_F(Starts, an_end_ago_counts_from_now) {
  open_at_the_end();
  auto client = subscribe(R"("from":{"position":"v1.0000abcd.0:98,1:50"},"to":"-5s")");
  EXPECT_EQ(heard(*client), "subscribed#1 0:98,1:50; 0:98-100; ended 0:100,1:50");
}

TEST_F(Starts, an_end_to_come_is_the_end_of_this_moment) {
  open_at_the_end();
  auto client = subscribe(R"("from":{"position":"v1.0000abcd.0:98,1:50"},"to":{"time":99999999999999})");
  EXPECT_EQ(heard(*client), "subscribed#1 0:98,1:50; 0:98-100; ended 0:100,1:50");
}

TEST_F(Starts, an_end_before_the_start_ends_at_once) {
  open_at_the_end();
  auto client = subscribe(R"("to":{"position":"v1.0000abcd.0:5,1:5"})");
  EXPECT_EQ(heard(*client), "subscribed#1 0:100,1:50; ended 0:100,1:50");
}

}  // namespace
}  // namespace tailrace
