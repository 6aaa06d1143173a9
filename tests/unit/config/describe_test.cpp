#include "config/describe.h"

#include "config/load.h"
#include "golden.h"

#include <gmock/gmock.h>

namespace tailrace {
namespace {

using testing::HasSubstr;
using testing::Not;

Settings load(const std::string& yaml) {
  return load_settings({own_file("described.yaml", yaml), {{"TAILRACE_WARM", "3m"}}, {{"memory", "64M"}}});
}

TEST(Describe, says_every_value_and_where_it_was_set) {
  const auto text = describe_settings(
      load("heartbeat: 1s\ntopics: [plain, ^app-.*]\nchannels: [{topic: raw, name: r, value: text}]\n"));
  EXPECT_THAT(text, testing::ContainsRegex("memory +64M +--memory\n"));
  EXPECT_THAT(text, testing::ContainsRegex("warm +3m +TAILRACE_WARM\n"));
  EXPECT_THAT(text, testing::ContainsRegex("heartbeat +1s +[^ ]+described.yaml:1\n"));
  EXPECT_THAT(text, testing::ContainsRegex("drain +20s +default\n"));
  EXPECT_THAT(text, HasSubstr("channel r, topic raw, value text\nchannel plain\nchannel {topic}, topic ^app-.*\n"));
}

TEST(Describe, shows_no_secret) {
  const auto text =
      describe_settings(load("kafka:\n  sasl.password: hunter2\n  ssl.key.pem: hunter3\n  sasl.username: me\n"));
  EXPECT_THAT(text, Not(HasSubstr("hunter")));
  EXPECT_THAT(text, testing::ContainsRegex("kafka.sasl.password +\\(hidden\\) "));
  EXPECT_THAT(text, testing::ContainsRegex("kafka.sasl.username +me "));
}

TEST(Describe, puts_a_place_before_what_librdkafka_refuses) {
  const auto settings = load("kafka:\n  no.such.key: 1\n");
  EXPECT_THAT(with_place(settings, "kafka: no.such.key: unknown"),
              testing::ContainsRegex("described.yaml:2: kafka: no.such.key: unknown$"));
  EXPECT_EQ(with_place(settings, "kafka: other: unknown"), "kafka: other: unknown");
  EXPECT_EQ(with_place(settings, "port taken"), "port taken");
}

TEST(Describe, says_of_a_listener_that_cannot_be_had_where_it_was_set_and_what_to_do) {
  const auto settings = load("listen: 127.0.0.1:80\n");
  EXPECT_THAT(with_place(settings, "can't listen on 127.0.0.1:80: Permission denied"),
              testing::ContainsRegex("described.yaml:1: can't listen on 127.0.0.1:80: Permission denied; choose another with --listen$"));
  EXPECT_EQ(with_place(settings, "can't listen on 127.0.0.1:8081: Address already in use"),
            "admin: can't listen on 127.0.0.1:8081: Address already in use; choose another with --admin");
}

}  // namespace
}  // namespace tailrace
