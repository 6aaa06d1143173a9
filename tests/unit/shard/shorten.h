// Server frames in short, so that a test can name what a client heard in one line:
//   subscribed#1 0:40,1:7   0:40-44   0:40-44[40,43]   cover 0:44-50   gap 0:0-5 expired   error bad_field#3   pong#4
// A batch names its updates only where they do not fill its range; channels other than metrics are named behind an @.
#pragma once

#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>

namespace tailrace {

using Json = simdjson::dom::element;

inline std::int64_t number(Json json) { return json.get_int64().value(); }
inline std::string word(Json json) { return std::string(json.get_string().value()); }
inline std::string range_text(Json p, Json from, Json next) {
  return std::to_string(number(p)) + ":" + std::to_string(number(from)) + "-" + std::to_string(number(next));
}

// Without epoch and anchors.
inline std::string shorten_position(const std::string& position) {
  std::string text;
  bool anchor = false;
  for (const char c : position.substr(12)) {
    anchor = c == '~' || (anchor && c != ',');
    if (!anchor) text += c;
  }
  return text;
}

inline std::string updates_text(Json frame) {
  std::string offsets;
  std::int64_t count = 0, expected = number(frame["from"]);
  for (Json update : frame["u"].get_array()) {
    const auto offset = number(update["o"]);
    EXPECT_GE(offset, expected) << "an update out of order, or before its batch";
    EXPECT_LT(offset, number(frame["next"]));
    expected = offset + 1;
    offsets += (count++ ? "," : "") + std::to_string(offset);
  }
  EXPECT_GT(count, 0);
  return count == number(frame["next"]) - number(frame["from"]) ? "" : "[" + offsets + "]";
}

inline std::string data_text(Json frame) {
  Json gap, rows;
  if (!frame["gap"].get(gap)) return "gap " + range_text(frame["p"], gap["from"], gap["next"]) + " " + word(gap["reason"]);
  if (frame["cover"].get(rows)) return range_text(frame["p"], frame["from"], frame["next"]) + updates_text(frame);
  std::string text = "cover";
  for (Json row : rows.get_array()) text += " " + range_text(row.at(0), row.at(1), row.at(2));
  return text;
}

inline std::string shorten_frame(const std::string& frame) {
  simdjson::dom::parser parser;
  const Json json = parser.parse(frame);
  Json value, id;
  std::string text;
  const auto at = [](Json channel) { return word(channel) == "metrics" ? "" : "@" + word(channel); };
  if (!json["ch"].get(value)) return data_text(json) + at(value);
  const auto first = *json.get_object().value().begin();
  text = std::string(first.key);
  const std::string tag = json["id"].get(id) ? "" : "#" + std::to_string(number(id));
  if (text == "error") return "error " + word(first.value["code"]) + tag;
  text += tag;
  for (const char* field : {"code", "reason", "position", "channel"}) {
    if (!first.value.is_object() || first.value[field].get(value)) continue;
    if (field == std::string("channel")) text += at(value);
    else text += " " + (field == std::string("position") ? shorten_position(word(value)) : word(value));
  }
  return text;
}

}  // namespace tailrace
