#include "wire/command.h"

#include "golden.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

using Parsed = std::variant<Command, CommandError>;

// Commands as golden/client.json writes them: starts and ends as [kind, value].
struct Describe {
  std::string operator()(const Live&) const { return R"(["live",null])"; }
  std::string operator()(const Earliest&) const { return R"(["earliest",null])"; }
  std::string operator()(const Ago& ago) const { return R"(["ago",)" + std::to_string(ago.before) + "]"; }
  std::string operator()(const AtTime& at) const { return R"(["time",)" + std::to_string(at.time) + "]"; }
  std::string operator()(const LastN& last) const { return R"(["last",)" + std::to_string(last.count) + "]"; }
  std::string operator()(const Position& position) const {
    return R"(["position",")" + format_position(position) + R"("])";
  }
};

template <class Variant>
std::string described(const Variant& variant) {
  return std::visit(Describe{}, variant);
}

void expect_same(const SubscribeCommand& command, simdjson::dom::element op) {
  EXPECT_EQ(command.channel, text_of(op["channel"]));
  EXPECT_EQ(described(command.from), simdjson::minify(op["from"].value()));
  EXPECT_EQ(described(command.start), simdjson::minify(op["start"].value()));
  EXPECT_EQ(command.to ? described(*command.to) : "null", simdjson::minify(op["to"].value()));
}

void expect_same(const UnsubscribeCommand& command, simdjson::dom::element op) {
  EXPECT_EQ(command.channel, text_of(op["channel"]));
}

void expect_same(const AuthCommand& command, simdjson::dom::element op) {
  EXPECT_EQ(command.token, text_of(op["token"]));
}

void expect_same(const TimesCommand& command, simdjson::dom::element op) {
  EXPECT_EQ(command.channel, text_of(op["channel"]));
  std::vector<Millis> at;
  for (const auto time : op["at"].get_array()) at.push_back(time.get_int64());
  EXPECT_EQ(command.at, at);
}

void expect_same(const ChannelsCommand&, simdjson::dom::element) {}
void expect_same(const PingCommand&, simdjson::dom::element) {}

constexpr const char* kOps[] = {"subscribe", "unsubscribe", "auth", "channels", "times", "ping"};

std::string id_text(const std::optional<std::int64_t>& id) {
  return id ? std::to_string(*id) : "null";
}

TEST(Command, golden_messages) {
  simdjson::dom::parser json;
  CommandParser parser;
  int count = 0;
  for (const auto vector : golden(json, "client.json")["good"].get_array()) {
    const auto message = text_of(vector["message"]);
    const auto parsed = parser.parse(message);
    const auto* command = std::get_if<Command>(&parsed);
    ASSERT_TRUE(command) << message << ": " << std::get<CommandError>(parsed).error.message;
    const auto op = vector["op"].value();
    EXPECT_EQ(kOps[command->op.index()], text_of(op["op"])) << message;
    EXPECT_EQ(id_text(command->id), simdjson::minify(op["id"].value())) << message;
    std::visit([&](const auto& each) { expect_same(each, op); }, command->op);
    ++count;
  }
  EXPECT_GT(count, 20);
}

TEST(Command, golden_mistakes) {
  simdjson::dom::parser json;
  CommandParser parser;
  int count = 0;
  for (const auto vector : golden(json, "client.json")["bad"].get_array()) {
    const auto message = text_of(vector["message"]);
    const auto parsed = parser.parse(message);
    const auto* refused = std::get_if<CommandError>(&parsed);
    ASSERT_TRUE(refused) << message;
    EXPECT_EQ(refused->error.code, text_of(vector["error"])) << message << ": " << refused->error.message;
    EXPECT_EQ(id_text(refused->id), simdjson::minify(vector["id"].value())) << message;
    EXPECT_FALSE(refused->error.message.empty());
    ++count;
  }
  EXPECT_GT(count, 100);
}

TEST(Command, golden_query_starts) {
  simdjson::dom::parser json;
  const auto query = golden(json, "client.json")["query"].value();
  for (const auto vector : query["good"].get_array()) {
    const auto start = parse_start_text(text_of(vector["from"]));
    ASSERT_TRUE(start) << text_of(vector["from"]);
    EXPECT_EQ(described(*start), simdjson::minify(vector["start"].value()));
  }
  for (const auto vector : query["bad"].get_array()) {
    const auto start = parse_start_text(text_of(vector["from"]));
    ASSERT_FALSE(start) << text_of(vector["from"]);
    EXPECT_EQ(start.error().code, text_of(vector["error"])) << text_of(vector["from"]);
  }
}

std::string code_of(std::string_view message) {
  const auto parsed = CommandParser().parse(message);
  const auto* refused = std::get_if<CommandError>(&parsed);
  return refused ? refused->error.code : "good";
}

TEST(Command, fields_of_other_ops_are_nobodys_business) {
  EXPECT_EQ(code_of(R"({"op":"ping","channel":1,"from":[],"start":2,"to":null,"at":{},"token":[]})"), "good");
  EXPECT_EQ(code_of(R"({"op":"unsubscribe","channel":"a","from":[{}]})"), "good");
}

TEST(Command, unknown_fields_hold_any_json) {
  EXPECT_EQ(code_of(R"({"x":1e400,"y":123456789012345678901234567890,"z":"\ud800","\ud800":1,"op":"ping"})"), "good");
  EXPECT_EQ(code_of(R"({"op":"ping","x":{"op":1,"id":"x"}})"), "good");
}

TEST(Command, lone_surrogates_are_no_text) {
  EXPECT_EQ(code_of(R"({"op":"\ud800"})"), "bad_field");
  EXPECT_EQ(code_of(R"({"op":"subscribe","channel":"\udc00\ud800"})"), "bad_field");
  EXPECT_EQ(code_of(R"({"op":"auth","token":"a\ud800b"})"), "bad_field");
}

TEST(Command, escapes_mean_their_characters) {
  EXPECT_EQ(code_of(R"({"\u006fp":"\u0070ing"})"), "good");
  const auto parsed = CommandParser().parse(R"({"op":"auth","token":"\u00e9\ud83d\ude00"})");
  EXPECT_EQ(std::get<AuthCommand>(std::get<Command>(parsed).op).token, "\u00e9\U0001f600");
}

TEST(Command, the_last_of_a_field_named_twice_counts) {
  EXPECT_EQ(code_of(R"({"op":"nonsense","op":"ping"})"), "good");
  EXPECT_EQ(code_of(R"({"op":"ping","id":1,"id":"x"})"), "bad_field");
}

TEST(Command, bytes_that_are_not_utf8) {
  EXPECT_EQ(code_of("{\"op\":\"ping\",\"x\":\"\xff\"}"), "bad_json");
  EXPECT_EQ(code_of("\xff"), "bad_json");
}

TEST(Command, the_message_names_the_field) {
  const auto parsed = CommandParser().parse(R"({"op":"times","channel":"a","at":["<script>"]})");
  EXPECT_EQ(std::get<CommandError>(parsed).error.message, "at must be an array of 1 to 200 times in milliseconds");
}

TEST(Command, a_parser_serves_long_and_short_messages) {
  CommandParser parser;
  for (const std::size_t size : {1u, 60000u, 10u, 100000u, 1u}) {
    const auto message = R"({"op":"auth","token":")" + std::string(size, 'x') + "\"}";
    const auto parsed = parser.parse(message);
    EXPECT_EQ(std::get<AuthCommand>(std::get<Command>(parsed).op).token.size(), size);
    EXPECT_TRUE(std::holds_alternative<CommandError>(parser.parse(message.substr(0, message.size() - 1))));
  }
}

TEST(Command, deep_nesting_is_refused_and_harmless) {
  const auto nested = [](std::size_t depth) {
    return R"({"op":"ping","x":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  EXPECT_EQ(code_of(nested(1023)), "good");
  EXPECT_EQ(code_of(nested(1024)), "bad_json");
  EXPECT_EQ(code_of(nested(30000)), "bad_json");
}

}  // namespace
}  // namespace tailrace
