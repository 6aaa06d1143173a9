// What a connection is told, and in which order.
#include "shard/session.h"

#include "shard/stage.h"

namespace tailrace {
namespace {

class Sessions : public Stage {
 protected:
  Sessions() {
    kafka_.add(0, 100);
    kafka_.add(1, 50);
  }
  // What one message is answered with.
  std::string answer(FakeOutlet& client, const std::string& message) {
    client.say(message);
    settle();
    return heard(client);
  }
  std::string answer(const std::string& message) { return answer(*connect(), message); }
};

// ---- hello

TEST_F(Sessions, the_first_frame_is_the_welcome) {
  deliver(KafkaStatus{true, 5});
  FakeOutlet client(shard());
  ASSERT_EQ(client.frames.size(), 1u);
  EXPECT_TRUE(client.frames[0].starts_with(R"({"welcome":{"protocol":1,"server":"tailrace/)")) << client.frames[0];
}

TEST_F(Sessions, an_unreachable_kafka_is_told_after_the_welcome_and_when_it_changes) {
  deliver(KafkaStatus{false, 5});
  FakeOutlet client(shard());
  EXPECT_EQ(heard(client), "welcome; status");
  deliver(KafkaStatus{false, 9});
  EXPECT_EQ(heard(client), "");
  deliver(KafkaStatus{true, 12});
  ASSERT_EQ(client.frames.size(), 1u);
  EXPECT_EQ(client.frames[0], R"({"status":{"kafka":"reachable","since":12}})");
}

// ---- one reply to every op

TEST_F(Sessions, every_op_has_its_reply_with_its_id) {
  open({100, 50});
  EXPECT_EQ(answer(R"({"op":"ping","id":4})"), "pong#4");
  EXPECT_EQ(answer(R"({"op":"channels","id":5})"), "channels#5");
  EXPECT_EQ(answer(R"({"op":"times","id":6,"channel":"metrics","at":[10000]})"), "times#6");
  EXPECT_EQ(answer(R"({"op":"auth","id":7,"token":"x"})"), "authenticated#7");
  EXPECT_EQ(answer(R"({"op":"subscribe","id":8,"channel":"metrics"})"), "subscribed#8 0:100,1:50");
  EXPECT_EQ(answer(R"({"op":"unsubscribe","id":9,"channel":"metrics"})"), "error not_subscribed#9");
}

TEST_F(Sessions, mistakes_are_coded_and_cost_nothing_else) {
  open({100, 50});
  auto client = subscribe();
  heard(*client);
  EXPECT_EQ(answer(*client, "{"), "error bad_json");
  EXPECT_EQ(answer(*client, R"({"op":"dance","id":2})"), "error unknown_op#2");
  EXPECT_EQ(answer(*client, R"({"op":"subscribe","id":3})"), "error bad_field#3");
  EXPECT_EQ(answer(*client, R"({"op":"subscribe","id":4,"channel":"x","from":{"position":"nonsense"}})"),
            "error position_invalid#4");
  client->session->receive_binary();
  EXPECT_EQ(heard(*client), "error binary_message");
  kafka_.add(0, 1);
  publish(0);
  EXPECT_EQ(heard(*client), "0:100-101");
}

TEST_F(Sessions, repeated_mistakes_end_it) {
  options_.limits.fault_burst = 3;
  options_.limits.faults_per_second = 0;
  auto client = connect();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(answer(*client, "{"), "error bad_json");
  EXPECT_FALSE(client->closed());
  EXPECT_EQ(answer(*client, "{"), "");
  EXPECT_EQ(client->close_code, 4400);
}

TEST_F(Sessions, a_refusal_that_is_no_mistake_does_not_count_as_one) {
  options_.limits.fault_burst = 1;
  options_.limits.faults_per_second = 0;
  auto client = connect();
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(answer(*client, R"({"op":"unsubscribe","channel":"metrics"})"), "error not_subscribed");
  EXPECT_FALSE(client->closed());
}

TEST_F(Sessions, too_many_messages_end_it) {
  options_.limits.message_burst = 5;
  options_.limits.messages_per_second = 0;
  auto client = connect();
  for (int i = 0; i < 3; ++i) client->say(R"({"op":"ping"})");
  client->session->receive_ping();
  client->session->receive_ping();
  EXPECT_FALSE(client->closed());
  heard(*client);
  client->say(R"({"op":"ping"})");
  EXPECT_EQ(heard(*client), "closing too_many_messages");
  EXPECT_EQ(client->close_code, 4429);
}

TEST_F(Sessions, who_asks_and_does_not_read_is_cut_off) {
  options_.limits.unsent_replies = 1000;
  auto client = connect();
  client->room = 0;
  for (int i = 0; i < 10; ++i) client->say(R"({"op":"ping"})");
  EXPECT_FALSE(client->aborted);
  client->kept.clear();
  for (int i = 0; i < 50; ++i) client->say(R"({"op":"ping"})");
  EXPECT_TRUE(client->aborted);
}

// ---- subscribing

TEST_F(Sessions, an_unknown_channel_is_refused) {
  EXPECT_EQ(answer(R"({"op":"subscribe","id":1,"channel":"other"})"), "error channel_unavailable#1");
}

TEST_F(Sessions, before_kafka_was_asked_any_channel_may_come) {
  topics_known_ = false;
  auto client = connect();
  client->say(R"({"op":"subscribe","id":1,"channel":"other"})");
  client->say(R"({"op":"times","id":2,"channel":"other","at":[1000]})");
  client->say(R"({"op":"subscribe","id":3,"channel":"third"})");
  client->say(R"({"op":"subscribe","id":4,"channel":"metrics"})");
  settle();
  EXPECT_EQ(heard(*client), "");
  open(make_channel(8, "third"), {0}, {0});
  EXPECT_EQ(heard(*client), "subscribed#3 0:0@third");
  deliver(TopicsKnown{});
  EXPECT_EQ(heard(*client), "error channel_unavailable#1; error channel_unavailable#2");
  open({100, 50});
  EXPECT_EQ(heard(*client), "subscribed#4 0:100,1:50");
}

TEST_F(Sessions, a_channel_that_is_still_to_open_is_waited_for) {
  auto client = subscribe();
  EXPECT_EQ(heard(*client), "");
  open({100, 50});
  EXPECT_EQ(heard(*client), "subscribed#1 0:100,1:50");
}

TEST_F(Sessions, who_left_or_lost_interest_is_not_told_that_a_channel_opened) {
  auto gone = subscribe(), bored = subscribe();
  EXPECT_EQ(answer(*bored, R"({"op":"unsubscribe","channel":"metrics"})"), "error cancelled#1; unsubscribed");
  gone.reset();
  auto asking = connect();
  EXPECT_EQ(answer(*asking, R"({"op":"times","id":2,"channel":"metrics","at":[0]})"), "");
  open({100, 50});
  EXPECT_EQ(heard(*bored), "");
  EXPECT_THAT(heard(*asking), testing::StartsWith("times"));
}

TEST_F(Sessions, what_was_on_its_way_when_the_connection_ended_is_not_heard) {
  auto client = connect();
  client->session->close();
  client->say(R"({"op":"subscribe","channel":"metrics"})");
  client->session->receive_query({"metrics", Live{}, Earliest{}, {}}, {});
  client.reset();
  open({100, 50});  // nobody is there to be told
  EXPECT_EQ(probe_.commands, 0u);
  EXPECT_EQ(probe_.subscriptions, 0u);
}

TEST_F(Sessions, a_reload_waits_for_kafka_again) {
  auto early = connect();
  shard().change(options_.limits, {"metrics", "soon"});
  early->say(R"({"op":"subscribe","id":1,"channel":"soon"})");
  early->say(R"({"op":"subscribe","id":2,"channel":"of-a-new-pattern"})");
  shard().change(options_.limits, {"metrics"});
  settle();
  EXPECT_EQ(heard(*early), "");
  open(make_channel(8, "of-a-new-pattern"), {0}, {0});
  deliver(TopicsKnown{});
  EXPECT_EQ(heard(*early), "subscribed#2 0:0@of-a-new-pattern; error channel_unavailable#1");
}

TEST_F(Sessions, a_second_subscription_is_refused_and_the_first_goes_on) {
  auto client = subscribe();
  EXPECT_EQ(answer(*client, R"({"op":"subscribe","id":2,"channel":"metrics"})"), "error already_subscribed#2");
  open({100, 50});
  EXPECT_EQ(heard(*client), "subscribed#1 0:100,1:50");
  EXPECT_EQ(answer(*client, R"({"op":"subscribe","id":3,"channel":"metrics"})"), "error already_subscribed#3");
  kafka_.add(0, 1);
  publish(0);
  EXPECT_EQ(heard(*client), "0:100-101");
}

TEST_F(Sessions, unsubscribing_from_what_is_pending_cancels_it) {
  auto client = subscribe();
  EXPECT_EQ(answer(*client, R"({"op":"unsubscribe","id":2,"channel":"metrics"})"), "error cancelled#1; unsubscribed#2");
  open({100, 50});
  EXPECT_EQ(heard(*client), "");
}

TEST_F(Sessions, unsubscribing_while_kafka_is_asked_cancels_it) {
  open({100, 50});
  auto client = connect();
  client->say(R"({"op":"subscribe","id":1,"channel":"metrics","from":"earliest"})");
  settle(false);
  ASSERT_GT(kafka_.unanswered(), 0u);
  client->say(R"({"op":"unsubscribe","id":2,"channel":"metrics"})");
  settle();
  EXPECT_EQ(heard(*client), "error cancelled#1; unsubscribed#2");
}

TEST_F(Sessions, after_unsubscribed_nothing_more_comes_until_subscribed_again) {
  open({100, 50});
  auto client = subscribe(R"("from":"earliest")");
  heard(*client);
  EXPECT_EQ(answer(*client, R"({"op":"unsubscribe","id":2,"channel":"metrics"})"), "unsubscribed#2");
  kafka_.add(0, 1);
  publish(0);
  EXPECT_EQ(heard(*client), "");
  EXPECT_EQ(answer(*client, R"({"op":"subscribe","id":3,"channel":"metrics"})"), "subscribed#3 0:101,1:50");
  EXPECT_EQ(probe_.subscriptions, 1u);
}

TEST_F(Sessions, a_page_that_arrives_after_the_end_of_its_subscription_is_nobodys) {
  open({100, 50});
  subscribe();
  auto client = connect();
  client->say(R"({"op":"subscribe","channel":"metrics","from":{"position":"v1.0000abcd.0:10,1:50"}})");
  settle(false);
  EXPECT_EQ(heard(*client), "subscribed 0:10,1:50");
  ASSERT_GT(kafka_.unanswered(), 0u);
  client->say(R"({"op":"unsubscribe","channel":"metrics"})");
  client->say(R"({"op":"subscribe","channel":"metrics"})");
  settle();
  EXPECT_EQ(heard(*client), "unsubscribed; subscribed 0:100,1:50");
}

TEST_F(Sessions, subscriptions_are_limited) {
  options_.limits.subscriptions = 1;
  open({100, 50});
  const ChannelPtr other = make_channel(8, "other");
  open(other, {0}, {0});
  auto client = subscribe();
  heard(*client);
  EXPECT_EQ(answer(*client, R"({"op":"subscribe","id":2,"channel":"other"})"), "error too_many_subscriptions#2");
}

TEST_F(Sessions, a_topic_of_more_partitions_than_a_position_holds_is_refused) {
  open(metrics_, Offsets(1001, 0), Offsets(1001, 0));
  EXPECT_EQ(answer(R"({"op":"subscribe","id":1,"channel":"metrics"})"), "error too_many_partitions#1");
}

TEST_F(Sessions, a_query_subscribes_without_an_id) {
  open({100, 50});
  auto client = connect();
  client->session->receive_query({"metrics", Live{}, Earliest{}, {}}, {});
  client->session->receive_query({"other", Live{}, Earliest{}, {}}, {});
  client->session->receive_query({"third", Live{}, Earliest{}, {}}, Error{"bad_field", "no"});
  settle();
  EXPECT_EQ(heard(*client), "error channel_unavailable; error bad_field; subscribed 0:100,1:50");
}

// ---- other questions

TEST_F(Sessions, channels_tells_what_is_open) {
  open({100, 50});
  ChannelNumbers numbers{7, {3, 4}, {100, 50}, 12.5};
  deliver(numbers);
  auto client = connect();
  client->say(R"({"op":"channels"})");
  ASSERT_EQ(client->frames.size(), 1u);
  EXPECT_EQ(client->frames[0],
            R"({"channels":[{"name":"metrics","topic":"metrics","partitions":[[0,3,100],[1,4,50]],"rate":12.5}]})");
}

TEST_F(Sessions, times_are_rounded_and_asked_once) {
  open({100, 50});
  auto first = connect(), second = connect();
  first->say(R"({"op":"times","channel":"metrics","at":[10999,3000]})");
  second->say(R"({"op":"times","channel":"metrics","at":[10000,3999]})");
  settle();
  ASSERT_EQ(first->frames.size(), 1u);
  EXPECT_EQ(first->frames[0],
            R"({"times":{"channel":"metrics","at":[10000,3000],"offsets":[[10,10],[3,3]],"earliest":null}})");  // 1970 is no time
  EXPECT_EQ(second->frames, first->frames);
  EXPECT_EQ(kafka_.questions, 1);
}

TEST_F(Sessions, a_time_to_come_is_where_kafka_ends) {
  open({0, 0});
  publish(0, 60);
  publish(1);
  auto client = connect();
  client->say(R"({"op":"times","channel":"metrics","at":[59000,9000000]})");
  settle();
  ASSERT_EQ(client->frames.size(), 1u);
  EXPECT_NE(client->frames[0].find(R"("offsets":[[59,50],[100,50]])"), std::string::npos) << client->frames[0];
}

TEST_F(Sessions, times_without_an_answer_are_an_error_to_retry) {
  open({100, 50});
  kafka_.unavailable = true;
  auto client = connect();
  client->say(R"({"op":"times","id":3,"channel":"metrics","at":[10000]})");
  settle();
  ASSERT_EQ(client->frames.size(), 1u);
  EXPECT_NE(client->frames[0].find(R"("retry":true)"), std::string::npos);
  EXPECT_EQ(heard(*client), "error kafka_unavailable#3");
}

TEST_F(Sessions, too_many_unanswered_times_are_refused) {
  options_.limits.unanswered_times = 2;
  open({100, 50});
  auto client = connect();
  for (int i = 1; i <= 3; ++i)
    client->say(R"({"op":"times","id":)" + std::to_string(i) + R"(,"channel":"metrics","at":[)" +
                std::to_string(i * 1000) + "]}");
  EXPECT_EQ(heard(*client), "error overloaded#3");
  settle();
  EXPECT_EQ(heard(*client), "times#1; times#2");
  EXPECT_EQ(answer(*client, R"({"op":"times","id":4,"channel":"metrics","at":[9000]})"), "times#4");
}

TEST_F(Sessions, an_answer_to_who_has_gone_is_dropped) {
  open({100, 50});
  auto client = connect();
  client->say(R"({"op":"times","channel":"metrics","at":[10000]})");
  client->say(R"({"op":"subscribe","channel":"metrics","from":"earliest"})");
  settle(false);
  ASSERT_GT(kafka_.unanswered(), 0u);
  client.reset();
  settle();
  EXPECT_EQ(probe_.sessions, 0u);
}

// ---- order and turns

TEST_F(Sessions, replies_go_before_data) {
  open({100, 50});
  auto client = subscribe();
  heard(*client);
  client->room = 0;
  kafka_.add(0, 1);
  publish(0);
  client->say(R"({"op":"ping","id":2})");
  settle();
  client->open_up();
  settle();
  EXPECT_EQ(heard(*client), "pong#2; 0:100-101");
}

TEST_F(Sessions, channels_take_turns) {
  const ChannelPtr other = make_channel(8, "other");
  kafka_.add(0, 400, 1000);
  open({0, 0});
  open(other, {0}, {0});
  auto client = connect();
  client->say(R"({"op":"subscribe","channel":"metrics"})");
  client->say(R"({"op":"subscribe","channel":"other"})");
  settle();
  heard(*client);
  for (Offset offset = 100; offset < 500; offset += 10) {
    shard().deliver(LogAppended{7, kafka_.batch(metrics_, 0, offset, offset + 10)}, 1);
    shard().deliver(LogAppended{8, kafka_.batch(other, 0, offset, offset + 10)}, 1);
  }
  settle();
  // Forty frames of 10 KB each: one channel is never more than a turn of 32 KB, that is four frames, ahead.
  int ahead = 0, frames = 0;
  for (const std::string& frame : client->frames) {
    ahead += frame.find(R"("ch":"other")") == std::string::npos ? 1 : -1;
    EXPECT_LE(std::abs(ahead), 4);
    ++frames;
  }
  EXPECT_EQ(frames, 80);
}

TEST_F(Sessions, a_range_ends_at_a_position_that_can_be_proven) {
  open({0, 0});
  kafka_.add(0, 10);
  publish(0, 10);
  auto client = subscribe(R"("from":"earliest","to":{"position":"v1.0000abcd.0:10,1:0"})");
  const std::string last = client->frames.back();
  EXPECT_NE(last.find(R"({"ended":)"), std::string::npos) << last;
  const std::size_t at = last.find("v1.");
  ASSERT_NE(at, std::string::npos) << last;
  const auto position = parse_position(std::string_view(last).substr(at, last.find('"', at) - at));
  ASSERT_TRUE(position && position->places[0].anchor) << last;
  EXPECT_EQ(position->places[0].anchor->offset, 9);
}

// ---- a full socket

TEST_F(Sessions, what_a_full_socket_did_not_take_comes_later_once_and_in_order) {
  open({100, 50});
  auto client = subscribe();
  heard(*client);
  client->room = 150;
  kafka_.add(0, 6);
  for (Offset next = 101; next <= 106; ++next) publish(0, next);
  EXPECT_TRUE(client->blocked());
  EXPECT_TRUE(client->kept.empty());  // what came in step costs nothing meanwhile
  client->open_up();
  settle();
  EXPECT_EQ(heard(*client), "0:100-101; 0:101-102; 0:102-103; 0:103-104; 0:104-105; 0:105-106");
  EXPECT_EQ(probe_.updates, 6u) << "and counts once";
}

TEST_F(Sessions, a_full_socket_is_not_served) {
  open({100, 50});
  auto client = subscribe();
  client->room = 0;
  kafka_.add(0, 20);
  publish(0, 101);
  const int before = client->servings;
  for (Offset next = 102; next <= 120; ++next) publish(0, next);
  EXPECT_EQ(client->servings, before);
}

TEST_F(Sessions, lapped_behind_a_full_socket_it_reads_pages) {
  open({100, 50});
  auto client = subscribe();
  heard(*client);
  client->room = 200;
  kafka_.add(0, 20);
  for (Offset next = 102; next <= 120; next += 2) publish(0, next);
  deliver(LogTrimmed{7, 10});
  EXPECT_EQ(probe_.lapped, 0u);  // not counted before it moves
  client->open_up();
  settle();
  EXPECT_EQ(heard(*client), "0:100-102; 0:102-120");
  EXPECT_EQ(probe_.lapped, 1u);
  EXPECT_EQ(probe_.catching_up, 0u);
}

TEST_F(Sessions, a_page_is_not_held_for_a_full_socket) {
  open({100, 50});
  auto client = connect();
  client->say(R"({"op":"subscribe","channel":"metrics","from":{"position":"v1.0000abcd.0:10,1:10"}})");
  settle(false);
  kafka_.answer();  // the anchors
  settle(false);
  heard(*client);
  client->room = 0;
  client->say(R"({"op":"ping"})");  // fills it
  ASSERT_TRUE(client->blocked());
  settle();
  EXPECT_EQ(pages_in_use(), 0);
  client->open_up();
  settle();
  EXPECT_EQ(heard(*client), "pong; 0:10-64; 0:64-100; 1:10-50");
}

TEST_F(Sessions, one_page_of_a_session_is_read_at_a_time) {
  const ChannelPtr other = make_channel(8, "other");
  open({0, 0});
  open(other, {0, 0}, {0, 0});
  kafka_.add(0, 50);
  auto client = connect();
  for (const std::string channel : {"metrics", "other"})
    client->say(R"({"op":"subscribe","from":{"position":"v1.0000abcd.0:0,1:0"},"channel":")" + channel + "\"}");
  shard().deliver(LogSkipped{7, {50, 0}, 0}, 0);
  shard().deliver(LogSkipped{8, {50, 0}, 0}, 0);
  settle(false);
  EXPECT_EQ(kafka_.read_text(), "0:0-1024");
  kafka_.answer();
  settle(false);
  EXPECT_EQ(kafka_.read_text(), "0:0-1024");
  settle();
  EXPECT_EQ(pages_in_use(), 0);
}

// ---- the channel changes

TEST_F(Sessions, a_recreated_topic_begins_again_at_0) {
  open({100, 50});
  auto client = subscribe();
  heard(*client);
  kafka_.partitions.assign(2, {});
  kafka_.add(0, 5);
  pages_.forget(7);
  deliver(LogReset{7, "recreated", {5, 0}, {0, 0}});
  EXPECT_EQ(heard(*client), "reset recreated 0:0,1:0; 0:0-5");
}

TEST_F(Sessions, a_truncated_topic_goes_on_where_it_may_differ) {
  open({100, 50});
  auto client = subscribe();
  heard(*client);
  deliver(LogReset{7, "truncated", {90, 50}, {90, kUnknown}});
  EXPECT_EQ(heard(*client), "reset truncated 0:90,1:50");
  append(kafka_.batch(metrics_, 0, 90, 100));
  EXPECT_EQ(heard(*client), "0:90-100");
}

TEST_F(Sessions, a_page_of_the_old_history_is_not_sent_after_a_reset) {
  open({100, 50});
  auto client = connect();
  client->say(R"({"op":"subscribe","channel":"metrics","from":{"position":"v1.0000abcd.0:10,1:50"}})");
  settle(false);
  kafka_.answer();  // the anchors
  settle(false);
  ASSERT_EQ(heard(*client), "subscribed 0:10,1:50");
  ASSERT_GT(kafka_.unanswered(), 0u);
  deliver(LogReset{7, "recreated", {0, 0}, {0, 0}});
  EXPECT_EQ(heard(*client), "reset recreated 0:0,1:0");
}

TEST_F(Sessions, an_overflow_is_no_loss) {
  open({100, 50});
  auto client = subscribe();
  heard(*client);
  kafka_.add(0, 500);
  shard().skip_to({LogSkipped{7, {600, 50}, 30}});
  settle();
  EXPECT_EQ(heard(*client), "0:100-128; 0:128-192; 0:192-256; 0:256-320; 0:320-384; 0:384-448; 0:448-512; 0:512-576; 0:576-600");
  EXPECT_EQ(probe_.inbox_overflows, 1u);
}

TEST_F(Sessions, a_denied_topic_ends_its_subscriptions_and_is_said_to_who_asks) {
  open({100, 50});
  auto client = subscribe();
  heard(*client);
  deliver(LogClosed{metrics_, "topic_unavailable"});
  EXPECT_EQ(heard(*client), "unsubscribed topic_unavailable");
  EXPECT_EQ(answer(*client, R"({"op":"subscribe","id":2,"channel":"metrics"})"), "error topic_unavailable#2");
  open(make_channel(9, "metrics"), {100, 50}, {100, 50});
  EXPECT_EQ(answer(*client, R"({"op":"subscribe","id":3,"channel":"metrics"})"), "subscribed#3 0:100,1:50");
}

TEST_F(Sessions, who_waits_for_a_topic_that_turns_out_to_be_denied_is_answered) {
  auto client = connect();
  client->say(R"({"op":"subscribe","id":1,"channel":"metrics","from":{"position":"v1.0000abcd.0:40"}})");
  client->say(R"({"op":"times","id":2,"channel":"metrics","at":[1000]})");
  deliver(LogClosed{metrics_, "topic_unavailable"});
  EXPECT_EQ(heard(*client), "error topic_unavailable#2; error topic_unavailable#1");
  EXPECT_EQ(answer(*client, R"({"op":"times","id":3,"channel":"metrics","at":[1000]})"), "error topic_unavailable#3");
}

TEST_F(Sessions, a_channel_that_goes_while_a_start_is_looked_for_answers_the_subscribe) {
  open({100, 50});
  auto client = connect();
  client->say(R"({"op":"subscribe","id":1,"channel":"metrics","from":"earliest"})");
  settle(false);
  deliver(LogClosed{metrics_, "channel_removed"});
  EXPECT_EQ(heard(*client), "error channel_unavailable#1");
}

TEST_F(Sessions, an_open_transaction_is_told_to_subscribers_and_to_who_comes_later) {
  open({100, 50});
  auto client = subscribe();
  heard(*client);
  deliver(TransactionStatus{7, 1, true, 48, 1000});
  EXPECT_EQ(client->frames, std::vector<std::string>(
      {R"({"status":{"channel":"metrics","p":1,"held_by_transaction":true,"stable":48,"since":1000}})"}));
  auto later = subscribe();
  EXPECT_EQ(heard(*later), "subscribed#1 0:100,1:50; status");
  deliver(TransactionStatus{7, 1, false, 60, 2000});
  auto last = subscribe();
  EXPECT_EQ(heard(*last), "subscribed#1 0:100,1:50");
}

TEST_F(Sessions, a_missing_topic_is_told_to_subscribers_and_to_who_comes_later) {
  open({100, 50});
  auto client = subscribe();
  heard(*client);
  deliver(TopicStatus{7, false, 1000});
  EXPECT_EQ(client->frames,
            std::vector<std::string>({R"({"status":{"channel":"metrics","topic":"missing","since":1000}})"}));
  auto later = subscribe();
  EXPECT_EQ(heard(*later), "subscribed#1 0:100,1:50; status");
  deliver(TopicStatus{7, true, 2000});
  EXPECT_EQ(heard(*later), "status");
  EXPECT_EQ(heard(*subscribe()), "subscribed#1 0:100,1:50");
}

// ---- the end

TEST_F(Sessions, draining_says_when_to_come_back) {
  auto client = connect();
  client->session->drain(1830);
  EXPECT_EQ(client->frames, std::vector<std::string>({R"({"closing":{"reason":"draining","reconnect_in":1830}})"}));
  EXPECT_EQ(client->close_code, 1012);
}

TEST_F(Sessions, who_goes_leaves_nothing_behind) {
  open({100, 50});
  {
    auto live = subscribe();
    auto replaying = connect();
    replaying->say(R"({"op":"subscribe","channel":"metrics","from":"earliest"})");
    settle(false);
    auto full = subscribe();
    full->room = 0;
    kafka_.add(0, 1);
    publish(0);
    EXPECT_EQ(probe_.sessions, 3u);
  }
  settle();
  EXPECT_EQ(probe_.sessions, 0u);
  EXPECT_EQ(probe_.subscriptions, 0u);
  EXPECT_EQ(probe_.catching_up, 0u);
  EXPECT_EQ(probe_.pinned_bytes, 0u);
  EXPECT_TRUE(shard().view("metrics")->subscriptions.empty());
}

TEST_F(Sessions, one_reply_may_be_larger_than_what_may_wait) {
  options_.limits.unsent_replies = 100;
  for (ChannelId id = 1; id < 20; ++id) open(make_channel(id, "channel-" + std::to_string(id)), {0}, {0});
  auto client = connect();
  EXPECT_EQ(answer(*client, R"({"op":"channels","id":1})").substr(0, 8), "channels");
  EXPECT_FALSE(client->aborted);
}

TEST_F(Sessions, who_was_blocked_for_a_moment_makes_no_room) {
  options_.pinned_bytes = 1000;
  options_.blocked_moment = 1'000'000;
  auto first = connect(), second = connect();
  first->session->pinned(600);
  second->session->pinned(600);
  EXPECT_FALSE(first->closed());
  EXPECT_FALSE(second->closed());
}

TEST_F(Sessions, room_is_made_after_the_moment) {
  options_.pinned_bytes = 1000;
  options_.blocked_moment = 10;
  auto first = connect(), second = connect();
  first->session->pinned(600);
  second->session->pinned(600);
  run_until([&] { return first->closed(); });
  EXPECT_EQ(first->close_code, 4408);
  EXPECT_FALSE(second->closed());
}

TEST_F(Sessions, who_reads_slowly_makes_no_room) {
  options_.pinned_bytes = 1000;
  options_.blocked_moment = 10;
  auto slow = connect(), stalled = connect();
  slow->acknowledging = true;
  slow->session->pinned(600);
  stalled->session->pinned(600);
  run_until([&] { return stalled->closed(); });
  EXPECT_EQ(stalled->close_code, 4408);
  EXPECT_FALSE(slow->closed());
}

TEST_F(Sessions, over_the_pinned_bytes_the_longest_stalled_goes) {
  options_.pinned_bytes = 1000;
  options_.blocked_moment = 0;
  auto idle = connect(), first = connect(), second = connect();
  first->session->pinned(300);
  second->session->pinned(600);
  EXPECT_FALSE(first->closed());
  second->session->pinned(800);
  EXPECT_EQ(first->close_code, 4408);
  EXPECT_FALSE(second->closed());
  second->session->pinned(0);
  second->session->pinned(900);  // what the first held counts no more
  EXPECT_FALSE(second->closed());
  EXPECT_FALSE(idle->closed());
  EXPECT_EQ(probe_.stalled, 1u);
}

TEST_F(Sessions, what_is_sent_is_counted) {
  open({100, 50});
  auto client = subscribe();
  kafka_.add(0, 3);
  publish(0);
  EXPECT_EQ(probe_.updates, 3u);
  EXPECT_EQ(probe_.subscriptions, 1u);
  EXPECT_EQ(client->session->summary().channels, std::vector<std::string>({"metrics"}));
}

TEST_F(Sessions, of_what_is_cut_its_part_is_counted) {
  open({100, 50});
  auto client = subscribe(R"("from":{"position":"v1.0000abcd.0:10,1:50"})");
  EXPECT_EQ(heard(*client), "subscribed#1 0:10,1:50; 0:10-64; 0:64-100");
  EXPECT_EQ(probe_.updates, 90u);
}

}  // namespace
}  // namespace tailrace
