// Nothing goes over all channels: what happens in one is noticed by who subscribed to it.
#include "shard/stage.h"

#include <gmock/gmock.h>

namespace tailrace {
namespace {

constexpr ChannelId kChannels = 3'000;

// One client each.
class ManyChannels : public Stage {
 protected:
  void SetUp() override {
    for (ChannelId id = 0; id < kChannels; ++id) {
      channels_.push_back(make_channel(id, "channel-" + std::to_string(id)));
      shard().deliver(LogOpened{channels_.back(), {0, 0}, {0, 0}}, 0);
    }
    settle();
    for (const ChannelPtr& channel : channels_) {
      clients_.push_back(connect());
      clients_.back()->say(R"({"op":"subscribe","channel":")" + channel->name + R"("})");
    }
    settle();
    for (auto& client : clients_) {
      ASSERT_THAT(heard(*client), testing::StartsWith("subscribed"));
      client->servings = 0;
    }
  }

  std::vector<ChannelId> served() const {
    std::vector<ChannelId> found;
    for (ChannelId id = 0; id < kChannels; ++id)
      if (clients_[id]->servings > 0) found.push_back(id);
    return found;
  }

  std::vector<ChannelPtr> channels_;
  std::vector<std::unique_ptr<FakeOutlet>> clients_;
};

TEST_F(ManyChannels, an_append_serves_who_subscribed_to_it_and_nobody_else) {
  kafka_.add(0, 1);
  append(kafka_.batch(channels_[1234], 0, 0, 1), 1234);
  EXPECT_THAT(served(), testing::ElementsAre(1234));
  EXPECT_EQ(clients_[1234]->frames.size(), 1u);
}

TEST_F(ManyChannels, a_reset_serves_who_subscribed_to_it_and_nobody_else) {
  deliver(LogReset{1234, "recreated", {0, 0}, {0, 0}});
  EXPECT_THAT(served(), testing::ElementsAre(1234));
}

}  // namespace
}  // namespace tailrace
