#include "config/load.h"

#include "config/yaml_file.h"
#include "golden.h"

#include <gmock/gmock.h>

namespace tailrace {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Settings load(const std::string& yaml, SettingSources sources = {}) {
  sources.file = own_file("settings.yaml", yaml);
  return load_settings(sources);
}

TEST(Load, nothing_said_is_a_bridge_on_loopback) {
  const auto settings = load_settings({});
  EXPECT_THAT(settings.brokers, ElementsAre("localhost:9092"));
  EXPECT_EQ(settings.kafka_address, "localhost:9092");
  EXPECT_TRUE(settings.listen.is_loopback());
  EXPECT_GE(settings.memory, 16u << 20);
  EXPECT_LE(settings.memory, 1u << 30);
  EXPECT_GE(settings.shards, 1u);
  EXPECT_GE(settings.limits.connections, 1u);
}

TEST(Load, file_sets_every_kind_of_value) {
  const auto settings = load(R"(
brokers: [a:1, b:2]
topics: metrics,orders
channels:
  - topic: ^raw-.*
    name: "raw/{topic}"
    value: base64
    max_value: 64K
  - topic: payments
    title: Payments
    units: {amount: €, latency_ms: ms}
    fields: [amount]
kafka: {client.id: me, check.crcs: true}
kafka_address: kafka.example:9092
listen: "[::1]:0"
admin: unix:/tmp/admin.sock
public_url: https://example.com/live
origins: [https://app.example.com, "http://localhost:3000"]
memory: 64M
warm: 0
limits: {connections: 7, handshake_timeout: 1500ms}
log: {level: warn, format: json}
)");
  EXPECT_THAT(settings.brokers, ElementsAre("a:1", "b:2"));
  ASSERT_EQ(settings.channels.size(), 4u);
  EXPECT_EQ(settings.channels[0].name, "raw/{topic}");
  EXPECT_EQ(settings.channels[0].value, ValueMode::base64);
  EXPECT_EQ(settings.channels[0].max_value, 64u << 10);
  EXPECT_EQ(settings.channels[1].units.at("amount"), "€");
  EXPECT_THAT(settings.channels[1].fields, ElementsAre("amount"));
  EXPECT_EQ(settings.channels[2].topic, "metrics");
  EXPECT_EQ(settings.channels[3].topic, "orders");
  EXPECT_EQ(settings.kafka.at("check.crcs"), "true");
  EXPECT_EQ(settings.kafka_address, "kafka.example:9092");
  EXPECT_EQ(settings.listen.host, "::1");
  EXPECT_EQ(settings.admin.path, "/tmp/admin.sock");
  EXPECT_EQ(settings.public_url, "https://example.com/live");
  EXPECT_EQ(settings.origins.size(), 2u);
  EXPECT_EQ(settings.warm, Duration(0));
  EXPECT_EQ(settings.limits.connections, 7u);
  EXPECT_EQ(settings.limits.handshake_timeout, Duration(1500));
  EXPECT_EQ(settings.logger.format, LogFormat::json);
}

TEST(Load, flag_beats_environment_beats_file_beats_default) {
  const std::string file = "warm: 1m\nheartbeat: 1m\nstall_timeout: 1m\n";
  const auto settings = load(file, {"", {{"TAILRACE_WARM", "2m"}, {"TAILRACE_HEARTBEAT", "2m"}}, {{"warm", "3m"}}});
  EXPECT_EQ(settings.warm, std::chrono::minutes(3));
  EXPECT_EQ(settings.heartbeat, std::chrono::minutes(2));
  EXPECT_EQ(settings.stall_timeout, std::chrono::minutes(1));
  EXPECT_EQ(settings.drain, std::chrono::seconds(20));
  EXPECT_EQ(settings.places.at("warm"), "--warm");
  EXPECT_EQ(settings.places.at("heartbeat"), "TAILRACE_HEARTBEAT");
  EXPECT_THAT(settings.places.at("stall_timeout"), testing::EndsWith("settings.yaml:3"));
  EXPECT_FALSE(settings.places.contains("drain"));
}

TEST(Load, librdkafka_settings_add_up_over_the_sources) {
  const auto settings =
      load("kafka: {client.id: file, check.crcs: true}",
           {"", {{"TAILRACE_KAFKA_SASL_USERNAME", "env"}}, {{"kafka", "client.id=flag"}, {"kafka", "x=y=z"}}});
  EXPECT_THAT(settings.kafka, ElementsAre(testing::Pair("check.crcs", "true"), testing::Pair("client.id", "flag"),
                                          testing::Pair("sasl.username", "env"), testing::Pair("x", "y=z")));
}

TEST(Load, secrets_come_from_files_and_keep_their_inner_blanks) {
  const auto secret = own_file("password", " two words \n");
  const auto settings = load("kafka: {sasl.password.file: " + secret + "}");
  EXPECT_THAT(settings.kafka, ElementsAre(testing::Pair("sasl.password", " two words ")));
}

TEST(Load, variables_of_a_kubernetes_service_are_no_settings) {
  const SettingSources sources{"",
                               {{"TAILRACE_PORT", "tcp://10.0.0.1:80"},
                                {"TAILRACE_SERVICE_HOST", "10.0.0.1"},
                                {"TAILRACE_SERVICE_PORT_HTTP", "80"},
                                {"TAILRACE_PORT_80_TCP_ADDR", "10.0.0.1"},
                                {"TAILRACE_METRICS_SERVICE_HOST", "10.0.0.2"}},
                               {}};
  EXPECT_NO_THROW(load_settings(sources));
}

TEST(Load, other_programs_variables_are_left_alone) {
  const SettingSources sources{"", {{"TAILRACE_CACHE", "/x"}, {"TAILRACE_KAFKA_DIR", "/y"}, {"TAILRACE_BIN", "z"}}, {}};
  EXPECT_TRUE(load_settings(sources).kafka.empty());
}

TEST(Load, an_empty_variable_is_not_set) {
  EXPECT_FALSE(load_settings({"", {{"TAILRACE_PUBLIC", ""}}, {}}).allow_public);
}

TEST(Load, an_open_listener_needs_to_be_public) {
  SettingSources sources{"", {}, {{"listen", ":8080"}}};
  EXPECT_EQ(load_settings(sources).listen.port, 8080);  // who never listens may read it
  sources.listens = true;
  EXPECT_THROW(load_settings(sources), StartError);
  EXPECT_EQ(load_settings({"", {}, {{"listen", ":8080"}, {"public", "true"}}}).listen.host, "::");
}

TEST(Load, only_what_needs_a_restart_is_told_after_a_reload) {
  const auto before = load("topics: [a]\nmemory: 64M\nlog: {level: info}\nkafka: {client.id: a}");
  const auto after =
      load("topics: [a, b]\nmemory: 65M\nlog: {level: debug}\nlimits: {message_rate: 5}\nkafka: {client.id: b}");
  EXPECT_THAT(fixed_changes(before, after), ElementsAre("kafka", "memory"));
  EXPECT_TRUE(fixed_changes(before, before).empty());
}

TEST(Yaml, an_empty_file_says_nothing) {
  for (const char* text : {"", "\n", "# only a comment\n", "---\n", "{}"})
    EXPECT_TRUE(read_yaml(text, "f").members.empty()) << text;
}

TEST(Yaml, a_second_document_is_refused) {
  try {
    read_yaml("listen: a\n---\nlisten: b\n", "f");
    FAIL();
  } catch (const StartError& error) {
    EXPECT_STREQ(error.what(), "f:3: found a second document; allowed: one document");
  }
}

TEST(Yaml, anchors_and_comments_are_understood) {
  const auto root = read_yaml("a: &x [1, 2] # two\nb: *x\n", "f");
  ASSERT_EQ(root.members.size(), 2u);
  EXPECT_EQ(root.members[1].second.items.size(), 2u);
}

}  // namespace
}  // namespace tailrace
