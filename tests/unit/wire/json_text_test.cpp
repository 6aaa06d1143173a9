#include "wire/json_text.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <random>

namespace tailrace {
namespace {

std::string repeat(std::string_view text, std::size_t times) {
  std::string out;
  while (times-- > 0) out += text;
  return out;
}

TEST(JsonGrammar, what_is_json) {
  for (const std::string_view text : {"0",
                                      "-0",
                                      "1",
                                      "10",
                                      "-1.5",
                                      "0.0",
                                      "1e5",
                                      "1E+5",
                                      "1e-05",
                                      "1e400",
                                      "12345678901234567890",
                                      "1.10",
                                      "true",
                                      "false",
                                      "null",
                                      "\"\"",
                                      R"("a\"\\\/\b\f\n\r\tb")",
                                      R"("\u0000\uD800\uabCD")",
                                      "\"\x7f\xc3\xa9\"",
                                      "[]",
                                      "{}",
                                      "[1]",
                                      "[1,2]",
                                      "[[],{}]",
                                      R"({"":0})",
                                      R"({"a":1,"a":2})",
                                      R"({"a":{"b":[{}]},"c":null})",
                                      " \t\n\r{ \"a\" : [ 1 , 2 ] } \n"})
    EXPECT_TRUE(is_json(text)) << text;
}

TEST(JsonGrammar, what_is_not) {
  using namespace std::string_view_literals;
  for (const std::string_view text : {""sv,
                                      " "sv,
                                      "\0"sv,
                                      "1\0"sv,
                                      "\xef\xbb\xbf"
                                      "1"sv,
                                      "01"sv,
                                      "-"sv,
                                      "+1"sv,
                                      ".5"sv,
                                      "1."sv,
                                      "1.e5"sv,
                                      "1e"sv,
                                      "1e+"sv,
                                      "0x10"sv,
                                      "1_0"sv,
                                      "--1"sv,
                                      "1 2"sv,
                                      "NaN"sv,
                                      "Infinity"sv,
                                      "-Infinity"sv,
                                      "tru"sv,
                                      "truex"sv,
                                      "True"sv,
                                      "nul"sv,
                                      "nulll"sv,
                                      "\""sv,
                                      "\"a"sv,
                                      "\"\\"sv,
                                      "\"\\\""sv,
                                      "\"\\a\""sv,
                                      "\"\\x41\""sv,
                                      "\"\\u\""sv,
                                      "\"\\u12\""sv,
                                      "\"\\u123"sv,
                                      "\"\\u123g\""sv,
                                      "\"\\\0\""sv,
                                      "\"\0\""sv,
                                      "\"\n\""sv,
                                      "\"\x1f\""sv,
                                      "\"12345678\t\""sv,
                                      "'a'"sv,
                                      "a"sv,
                                      "["sv,
                                      "]"sv,
                                      "[1"sv,
                                      "[1,"sv,
                                      "[1,]"sv,
                                      "[,1]"sv,
                                      "[,]"sv,
                                      "[1 2]"sv,
                                      "[1}"sv,
                                      "{"sv,
                                      "}"sv,
                                      "{]"sv,
                                      "{\"a\"}"sv,
                                      "{\"a\":}"sv,
                                      "{\"a\":1,}"sv,
                                      "{\"a\":1"sv,
                                      "{,}"sv,
                                      "{a:1}"sv,
                                      "{1:1}"sv,
                                      "{\"a\":1 \"b\":2}"sv,
                                      "{\"a\"::1}"sv,
                                      "[]]"sv,
                                      "{}{}"sv,
                                      "[1]//"sv,
                                      "/**/1"sv,
                                      "\f1"sv,
                                      "\xc2\xa0"
                                      "1"sv})
    EXPECT_FALSE(is_json(text)) << text;
}

TEST(JsonGrammar, depth_ends_at_1024) {
  for (const std::string open : {"[", "{\"a\":"}) {
    const std::string close = open == "[" ? "]" : "}";
    EXPECT_TRUE(is_json(repeat(open, 1024) + "1" + repeat(close, 1024)));
    EXPECT_FALSE(is_json(repeat(open, 1025) + "1" + repeat(close, 1025)));
    EXPECT_FALSE(is_json(repeat(open, 1000000)));
  }
  EXPECT_TRUE(is_json("[" + repeat("[],", 5000) + "[]]"));
  EXPECT_TRUE(is_json(repeat("[", 1024) + repeat("]", 1024)));
  EXPECT_FALSE(is_json(repeat("[", 1025) + repeat("]", 1025)));
}

// Every text of up to five of these bytes, against simdjson. It is stricter about numbers and surrogates only.
TEST(JsonGrammar, agrees_with_simdjson_on_all_short_texts) {
  constexpr std::string_view kBytes = "[]{},:\"\\0-.e1 u";
  simdjson::dom::parser parser;
  std::string text;
  std::size_t grammatical = 0;
  std::size_t disputed = 0;
  for (std::size_t number = 0; number < 15 * 15 * 15 * 15 * 15; ++number) {
    text.clear();
    for (auto rest = number; rest > 0; rest /= 15) text += kBytes[rest % 15];
    const auto error = parser.parse(text).error();
    const bool json = is_json(text);
    grammatical += json;
    disputed += json != (error == simdjson::SUCCESS);
    if (json && error) {
      ASSERT_TRUE(error == simdjson::NUMBER_ERROR || error == simdjson::STRING_ERROR) << text;
    }
    ASSERT_TRUE(json || error) << text;
  }
  EXPECT_GT(grammatical, 1000u);
  EXPECT_LT(disputed, 100u);
}

TEST(JsonGrammar, agrees_with_simdjson_on_damaged_documents) {
  const std::string document =
      R"( {"host":"h-1","values":[1.5,-2e10,0,{"deep":[[],{}]}],"text":"a \"quoted\" \u00e9 line\n","ok":true,"no":null} )";
  ASSERT_TRUE(is_json(document));
  constexpr std::string_view kBytes = "[]{},:\"\\0-.e1 ut\n\tx";
  std::mt19937 random(1);
  simdjson::dom::parser parser;
  for (int i = 0; i < 50000; ++i) {
    auto text = document;
    for (auto changes = 1 + random() % 3; changes > 0; --changes)
      text[random() % text.size()] = kBytes[random() % kBytes.size()];
    const auto error = parser.parse(text).error();
    const bool lenient = error == simdjson::NUMBER_ERROR || error == simdjson::STRING_ERROR;
    ASSERT_TRUE(lenient || is_json(text) == !error) << text;
  }
}

std::string in_quotes(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(JsonString, minimal_escapes) {
  EXPECT_EQ(in_quotes(""), R"("")");
  EXPECT_EQ(in_quotes("\b\t\n\f\r\"\\/"), R"("\b\t\n\f\r\"\\/")");
  EXPECT_EQ(in_quotes(std::string_view("\0\x1f\x0b\x7f", 4)), "\"\\u0000\\u001f\\u000b\x7f\"");
  EXPECT_EQ(in_quotes("12345678\n2345678\"abc"), R"("12345678\n2345678\"abc")");
  EXPECT_EQ(in_quotes("\u00e9\u2028\U0001f600"), "\"\u00e9\u2028\U0001f600\"");
}

TEST(JsonString, a_parser_gives_the_text_back) {
  std::mt19937 random(2);
  simdjson::dom::parser parser;
  for (int i = 0; i < 20000; ++i) {
    std::string text(random() % 40, '\0');
    for (auto& c : text) c = static_cast<char>(random() % 5 == 0 ? "\"\\\n\0\x1f"[random() % 5] : random() % 128);
    ASSERT_EQ(parser.parse(in_quotes(text)).get_string().value(), text);
    ASSERT_TRUE(is_json(in_quotes(text)));
  }
}

TEST(JsonNumber, integers_of_any_size) {
  std::string out;
  for (const std::int64_t number : {std::numeric_limits<std::int64_t>::min(), std::int64_t{0}, std::int64_t{42}})
    append_json_number(out += ' ', number);
  EXPECT_EQ(out, " -9223372036854775808 0 42");
}

}  // namespace
}  // namespace tailrace
