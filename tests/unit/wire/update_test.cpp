#include "wire/update.h"

#include "golden.h"
#include "wire/json_text.h"

#include <gtest/gtest.h>

#include <map>

namespace tailrace {
namespace {

using simdjson::dom::element;

const std::map<std::string, ValueMode> kModes = {
    {"json", ValueMode::json}, {"text", ValueMode::text}, {"base64", ValueMode::base64}};

std::string write(const Channel& channel, const Record& record) {
  std::string out;
  UpdateWriter().write(channel, record, out);
  return out;
}

Bytes golden_value(BytesKeeper& keeper, element vector) {
  element fill;
  if (vector["value_fill"].get(fill)) return keeper.keep(vector["value_b64"]);
  return keeper.keep(std::string(fill["count"].get_uint64(), static_cast<char>(fill["byte"].get_uint64().value())));
}

Record golden_record(BytesKeeper& keeper, element vector) {
  Record record{vector["offset"].get_int64(),
                vector["timestamp"].get_int64(),
                keeper.keep(vector["key_b64"]),
                golden_value(keeper, vector),
                {}};
  for (const auto header : vector["headers"].get_array())
    record.headers.emplace_back(*keeper.keep(header.at(0)), keeper.keep(header.at(1)));
  return record;
}

TEST(Update, golden_records) {
  simdjson::dom::parser parser;
  int count = 0;
  for (const auto vector : golden(parser, "records.json")["records"].get_array()) {
    BytesKeeper keeper;
    Channel channel;
    channel.mode = kModes.at(text_of(vector["mode"]));
    EXPECT_EQ(write(channel, golden_record(keeper, vector)), text_of(vector["update"])) << text_of(vector["name"]);
    ++count;
  }
  EXPECT_GT(count, 50);
}

TEST(Update, is_appended) {
  std::string out = "before";
  UpdateWriter().write({}, {3, 4, {}, "5", {}}, out);
  EXPECT_EQ(out, R"(before{"o":3,"t":4,"v":5})");
}

TEST(Update, limit_is_the_channels) {
  Channel channel;
  channel.max_value = 3;
  EXPECT_EQ(write(channel, {1, 2, "k", "10", {}}), R"({"o":1,"t":2,"k":"k","v":10})");
  EXPECT_EQ(write(channel, {1, 2, "k", "100", {}}),
            R"({"o":1,"t":2,"k":"k","omitted":{"bytes":4,"reason":"too_large"}})");
  EXPECT_EQ(write(channel, {1, 2, {}, "1", {{"ab", "c"}}}),
            R"({"o":1,"t":2,"omitted":{"bytes":4,"reason":"too_large"}})");
}

TEST(Update, greatest_numbers_fit) {
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(write({}, {kLeast, kLeast, {}, {}, {}}),
            R"({"o":-9223372036854775808,"t":-9223372036854775808,"del":true})");
}

TEST(Update, what_is_marked_is_counted) {
  UpdateWriter writer;
  std::string out;
  Channel channel;
  channel.max_value = 10;
  for (const auto* value : {"1", "no", "\xff", "no", "12345678901"}) writer.write(channel, {0, 0, {}, value, {}}, out);
  writer.write(channel, {0, 0, {}, {}, {}}, out);
  channel.mode = ValueMode::text;
  for (const auto* value : {"no", "\xff"}) writer.write(channel, {0, 0, {}, value, {}}, out);
  channel.mode = ValueMode::base64;
  writer.write(channel, {0, 0, {}, "\xff", {}}, out);
  EXPECT_EQ(writer.marked().text, 2u);
  EXPECT_EQ(writer.marked().base64, 2u);
  EXPECT_EQ(writer.marked().omitted, 1u);
}

// Whatever the bytes, the update is one JSON text in UTF-8.
TEST(Update, any_bytes_give_an_update_that_parses) {
  simdjson::dom::parser parser;
  Channel channel;
  for (int first = 0; first < 256; ++first)
    for (int second = 0; second < 256; ++second) {
      const std::string bytes = {static_cast<char>(first), static_cast<char>(second)};
      const auto text = write(channel, {1, 2, bytes, bytes, {{bytes, bytes}}});
      element update;
      ASSERT_EQ(parser.parse(text).get(update), simdjson::SUCCESS) << text;
      std::string_view key;
      if (!update["k"].get(key)) {
        ASSERT_EQ(key, bytes);
      } else {
        ASSERT_EQ(from_base64(update["kb"]), bytes);
      }
    }
}

}  // namespace
}  // namespace tailrace
