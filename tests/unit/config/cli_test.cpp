#include "config/cli.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

using namespace std::chrono_literals;
using Action = Invocation::Action;

Invocation parse(std::vector<const char*> words, std::vector<const char*> environment = {}) {
  words.insert(words.begin(), "tailrace");
  environment.push_back(nullptr);
  return parse_command_line(static_cast<int>(words.size()), words.data(), environment.data());
}

std::string refusal_of(std::vector<const char*> words) {
  try {
    parse(std::move(words));
    return "accepted";
  } catch (const StartError& error) {
    return error.what();
  }
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
  EXPECT_EQ(asked.action, Action::serve);
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

TEST(CommandLine, switches_are_true_or_what_they_say) {
  EXPECT_TRUE(parse({"serve", "--topics", "a", "--public"}).settings.allow_public);
  EXPECT_FALSE(parse({"serve", "--topics", "a", "--public=false"}, {"TAILRACE_PUBLIC=true"}).settings.allow_public);
  EXPECT_FALSE(parse({"serve", "--topics", "a"}).settings.watch);
}

TEST(CommandLine, nothing_after_the_equals_sign_is_nothing_and_not_the_next_word) {
  const auto asked = parse({"serve", "--web=", "--brokers=a:1", "--topics=metrics"});
  EXPECT_EQ(asked.settings.web, "");
  EXPECT_EQ(asked.settings.brokers, std::vector<std::string>({"a:1"}));
}

TEST(CommandLine, environment_alone_is_enough) {
  const auto asked = parse({"serve"}, {"PATH=/bin", "TAILRACE_TOPICS=a,b", "TAILRACE_LIMITS_MESSAGE_RATE=5"});
  EXPECT_EQ(asked.settings.topics.size(), 2u);
  EXPECT_EQ(asked.settings.limits.message_rate, 5u);
}

TEST(CommandLine, sources_load_the_same_again) {
  const auto asked = parse({"serve", "--topics", "a,b"}, {"TAILRACE_WARM=7m"});
  const auto again = load_settings(asked.sources);
  EXPECT_EQ(again.topics, asked.settings.topics);
  EXPECT_TRUE(fixed_changes(asked.settings, again).empty());
}

TEST(CommandLine, demo_needs_nothing) {
  const auto asked = parse({"demo"});
  EXPECT_EQ(asked.action, Action::demo);
  EXPECT_EQ(asked.settings.listen, (ListenAddress{"127.0.0.1", 8080, {}}));
  EXPECT_EQ(asked.demo.kafka_port, 9092);
  EXPECT_EQ(parse({"demo", "--port", "0", "--kafka-port=0"}).settings.listen.port, 0);
}

TEST(CommandLine, check_and_health_ask_with_the_settings_of_serve) {
  EXPECT_TRUE(parse({"check", "--topics", "a", "--connect"}).check.connect);
  EXPECT_EQ(parse({"health"}, {"TAILRACE_LISTEN=127.0.0.1:99"}).health.address.port, 99);
  EXPECT_EQ(parse({"health", "unix:/run/x", "--live"}).health.path, "/healthz");
  EXPECT_EQ(parse({"health", "unix:/run/x"}).health.path, "/readyz");
}

TEST(CommandLine, tail_takes_url_and_channel) {
  const auto asked = parse({"tail", "localhost:8080", "metrics", "--from", "-60s", "--to=1732147200000", "--json"});
  EXPECT_EQ(asked.action, Action::tail);
  EXPECT_EQ(asked.tail.channel, "metrics");
  EXPECT_EQ(asked.tail.from, "-60s");
  EXPECT_EQ(asked.tail.to, "1732147200000");
  EXPECT_TRUE(asked.tail.json);
  EXPECT_EQ(parse({"tail", "localhost:8080", "load"}).tail.channel, "load");
}

TEST(CommandLine, produce_generates_only_when_told_how) {
  using Source = ProduceOptions::Source;
  EXPECT_EQ(parse({"produce", "--topic", "t"}).produce.source, Source::input);
  EXPECT_EQ(parse({"produce", "--topic", "t", "--rate", "5"}).produce.source, Source::generated);
  EXPECT_EQ(parse({"produce", "--topic", "t", "--for", "10s"}).produce.run_for, 10s);
  EXPECT_EQ(parse({"produce", "--demo"}).produce.source, Source::demo);
  const auto asked = parse({"produce", "--topic", "t", "--brokers", "a:1", "--kafka", "acks=1"}).produce;
  EXPECT_EQ(asked.brokers.front(), "a:1");
  EXPECT_EQ(asked.kafka.at("acks"), "1");
  EXPECT_EQ(refusal_of({"produce"}), "--topic: found nothing; allowed: a topic's name");
  EXPECT_EQ(refusal_of({"produce", "--demo", "--topic", "t"}),
            "--topic: found a topic beside --demo; allowed: nothing: the demo has its own");
}

TEST(CommandLine, load_takes_its_numbers) {
  const auto asked =
      parse({"load", "localhost:1", "--channel", "c", "--clients", "9000", "--for=10s", "--ramp", "500"});
  EXPECT_EQ(asked.load.clients, 9000u);
  EXPECT_EQ(asked.load.run_for, 10s);
  EXPECT_EQ(asked.load.ramp, 500u);
}

TEST(CommandLine, refusals_name_what_was_meant) {
  EXPECT_EQ(refusal_of({"sevre"}),
            "sevre: found an unknown command; allowed: serve, demo, check, health, tail, produce, load, help; did you "
            "mean \"serve\"?");
  EXPECT_EQ(refusal_of({"help", "tial"}),
            "tial: found an unknown command; allowed: serve, demo, check, health, tail, produce, load, help; did you "
            "mean \"tail\"?");
  EXPECT_EQ(refusal_of({"tail", "a:1"}), "CHANNEL: found nothing; allowed: a value: see --help");
  EXPECT_EQ(refusal_of({"tail", "ftp://x", "c"}),
            "URL: found \"ftp://x\"; allowed: ws://HOST:PORT/ws, http://HOST:PORT, HOST:PORT or unix:/path");
  EXPECT_EQ(refusal_of({"load", "a:1", "--channel", "c", "--clients", "0"}),
            "--clients: found \"0\"; allowed: a number from 1 to 1000000");
  EXPECT_EQ(refusal_of({"health", "nowhere"}),
            "ADDRESS: found \"nowhere\"; allowed: ADDRESS:PORT, [V6]:PORT, :PORT (every interface) or unix:/path");
}

}  // namespace
}  // namespace tailrace
