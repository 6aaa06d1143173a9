// A session's channels take turns: at its socket, and at the pages that they lack.
#include "shard/session.h"

#include "shard/stage.h"

#include <algorithm>
#include <ranges>

namespace tailrace {
namespace {

class Turns : public Stage {
 protected:
  // A client of so many channels of one partition.
  std::unique_ptr<FakeOutlet> subscribe_to(int channels) {
    auto client = connect();
    for (int n = 0; n < channels; ++n) {
      const std::string name = "channel-" + std::to_string(n);
      channels_.push_back(make_channel(static_cast<ChannelId>(10 + n), name));
      had_[name] = 0;
      open(channels_.back(), {0}, {0});
      client->say(R"({"op":"subscribe","from":{"position":"v1.0000abcd.0:0"},"channel":")" + name + "\"}");
    }
    settle();
    heard(*client);
    return client;
  }

  // … whose socket is full, and who lacks so many frames of each channel.
  std::unique_ptr<FakeOutlet> behind(int channels, Offset frames) {
    auto client = subscribe_to(channels);
    client->room = 0;
    client->say(R"({"op":"ping"})");
    for (Offset offset = 0; offset < frames; ++offset) {
      kafka_.add(0, 1, 1000);
      for (const ChannelPtr& channel : channels_)
        shard().deliver(LogAppended{channel->id, kafka_.batch(channel, 0, offset, offset + 1)}, 1);
    }
    settle();
    return client;
  }

  // By how many frames the client had more of one channel than of another, at most.
  int most_ahead(FakeOutlet& client) {
    int most = 0;
    for (const std::string& frame : std::exchange(client.frames, {})) {
      constexpr std::string_view kHead = R"({"ch":")";
      if (!frame.starts_with(kHead)) continue;
      ++had_.at(frame.substr(kHead.size(), frame.find('"', kHead.size()) - kHead.size()));
      const auto [least, greatest] = std::ranges::minmax(had_ | std::views::values);
      most = std::max(most, greatest - least);
    }
    return most;
  }

  void expect_turns_in_bites(int channels) {
    constexpr int kFrames = 100;
    constexpr int kTurn = 32;  // a little more than 32 KB of frames with 1,000 bytes
    auto client = behind(channels, kFrames);
    for (int bites = 0; bites < 10 * channels; ++bites) {
      client->open_up(20'000);
      settle();
      EXPECT_LE(most_ahead(*client), kTurn);
    }
    for (const auto& [channel, had] : had_) EXPECT_EQ(had, kFrames) << channel;
  }

  std::vector<ChannelPtr> channels_;
  std::map<std::string, int> had_;  // frames, by channel
};

TEST_F(Turns, of_two_channels_last_over_many_bites_of_the_socket) { expect_turns_in_bites(2); }

TEST_F(Turns, of_four_channels_last_over_many_bites_of_the_socket) { expect_turns_in_bites(4); }

TEST_F(Turns, a_page_of_each_channel_is_read_in_turn) {
  constexpr int kPages = 5, kFrames = 16;  // of a page
  auto client = subscribe_to(3);
  kafka_.add(0, kPages * 1024);
  for (const ChannelPtr& channel : channels_) shard().deliver(LogSkipped{channel->id, {kPages * 1024}, 0}, 0);
  settle();
  EXPECT_LE(most_ahead(*client), kFrames);
  for (const auto& [channel, had] : had_) EXPECT_EQ(had, kPages * kFrames) << channel;
}

}  // namespace
}  // namespace tailrace
