#include "kafka/handle.h"

#include "base/error.h"

#include <gmock/gmock.h>

namespace tailrace {
namespace {

std::string refusal(const Properties& properties) {
  try {
    const Handle handle({.brokers = "127.0.0.1:1", .properties = properties}, RD_KAFKA_CONSUMER, {});
    return "";
  } catch (const StartError& error) {
    return error.what();
  }
}

TEST(HandleTest, takes_librdkafkas_own_settings) {
  EXPECT_EQ(refusal({{"socket.timeout.ms", "4000"}, {"security.protocol", "plaintext"}}), "");
}

TEST(HandleTest, says_in_one_line_what_librdkafka_refuses) {
  EXPECT_EQ(refusal({{"sokcet.timeout.ms", "4000"}}),
            "kafka: sokcet.timeout.ms: No such configuration property: \"sokcet.timeout.ms\"");
  EXPECT_THAT(refusal({{"socket.timeout.ms", "soon"}}), ::testing::StartsWith("kafka: socket.timeout.ms: "));
  EXPECT_THAT(refusal({{"security.protocol", "ssl"}, {"ssl.ca.location", "/nowhere"}}),
              ::testing::AllOf(::testing::StartsWith("kafka: "), ::testing::HasSubstr("ssl.ca.location"),
                               ::testing::Not(::testing::HasSubstr("\n"))));
}

TEST(HandleTest, refuses_what_the_promise_rests_on) {
  EXPECT_EQ(refusal({{"isolation.level", "read_uncommitted"}}),
            "kafka: isolation.level is set by Tailrace itself and can't be changed");
}

}  // namespace
}  // namespace tailrace
