#include "config/cli.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

Invocation parse(std::vector<const char*> words, std::vector<const char*> environment = {}) {
  words.insert(words.begin(), "tailrace");
  environment.push_back(nullptr);
  return parse_command_line(static_cast<int>(words.size()), words.data(), environment.data());
}

TEST(CommandLine, serve_takes_the_common_settings_as_flags) {
  const auto asked = parse({"serve",
                            "--brokers",
                            "a:1,b:2",
                            "--topics",
                            "metrics",
                            "--topics",
                            "orders,^app-.*",
                            "--listen",
                            "[::1]:0",
                            "--admin",
                            "unix:/tmp/admin",
                            "--memory",
                            "64M",
                            "--shards",
                            "3",
                            "--warm",
                            "0",
                            "--stall-timeout",
                            "2s",
                            "--heartbeat=500ms",
                            "--kafka",
                            "check.crcs=true",
                            "--kafka",
                            "client.id=x=y",
                            "--log-level",
                            "debug"});
  const auto& s = asked.settings;
  EXPECT_EQ(asked.action, Invocation::Action::serve);
  EXPECT_EQ(s.brokers, (std::vector<std::string>{"a:1", "b:2"}));
  EXPECT_EQ(s.topics, (std::vector<std::string>{"metrics", "orders", "^app-.*"}));
  ASSERT_EQ(s.channels.size(), 3u);
  EXPECT_EQ(s.channels[1].topic, "orders");
  EXPECT_EQ(s.listen, (ListenAddress{"::1", 0, {}}));
  EXPECT_EQ(s.admin.path, "/tmp/admin");
  EXPECT_EQ(s.memory, 64u << 20);
  EXPECT_EQ(s.shards, 3u);
  EXPECT_EQ(s.warm, Duration(0));
  EXPECT_EQ(s.stall_timeout, Duration(2000));
  EXPECT_EQ(s.heartbeat, Duration(500));
  EXPECT_EQ(s.kafka.at("check.crcs"), "true");
  EXPECT_EQ(s.kafka.at("client.id"), "x=y");
  EXPECT_EQ(s.kafka_address, "a:1");
  EXPECT_EQ(s.logger.level, LogLevel::debug);
}

}  // namespace
}  // namespace tailrace
