#include "log/position.h"

#include "tree.h"

#include <gtest/gtest.h>
#include <boost/property_tree/json_parser.hpp>

#include <random>

namespace tailrace {
namespace {

using boost::property_tree::ptree;

ptree golden() {
  ptree file;
  read_json(in_tree("schemas/golden/positions.json"), file);
  return file;
}

Anchor golden_anchor(const ptree& entry) {
  const auto fingerprint = std::stoul(entry.get<std::string>("fp"), nullptr, 16);
  return {entry.get<Offset>("anchor"), static_cast<std::uint32_t>(fingerprint)};
}

Place golden_place(const ptree& entry) {
  Place place{entry.get<Partition>("partition"), kUnknown, {}};
  if (entry.get<std::string>("next") != "null") place.next = entry.get<Offset>("next");
  if (entry.get<std::string>("fp") != "null") place.anchor = golden_anchor(entry);
  return place;
}

Position golden_position(const ptree& node) {
  Position position;
  position.epoch = static_cast<std::uint32_t>(std::stoul(node.get<std::string>("epoch"), nullptr, 16));
  for (const auto& [_, entry] : node.get_child("entries")) position.places.push_back(golden_place(entry));
  return position;
}

TEST(Position, golden_positions_parse_and_format) {
  const auto file = golden();
  int count = 0;
  for (const auto& [_, node] : file.get_child("valid")) {
    const auto text = node.get<std::string>("position");
    const auto parsed = parse_position(text);
    ASSERT_TRUE(parsed) << text << ": " << parsed.error().message;
    EXPECT_EQ(*parsed, golden_position(node)) << text;
    EXPECT_EQ(format_position(*parsed), text);
    ++count;
  }
  EXPECT_GT(count, 5);
}

TEST(Position, golden_garbage_is_refused) {
  const auto file = golden();
  int count = 0;
  for (const auto& [_, node] : file.get_child("invalid")) {
    const auto parsed = parse_position(node.get<std::string>("position"));
    ASSERT_FALSE(parsed) << node.get<std::string>("name");
    EXPECT_EQ(parsed.error().code, "position_invalid");
    EXPECT_FALSE(parsed.error().message.empty());
    ++count;
  }
  EXPECT_GT(count, 20);
}

class RandomPosition {
 public:
  explicit RandomPosition(unsigned seed) : random_(seed) {}

  Position next() {
    Position position{static_cast<std::uint32_t>(random_()), {}};
    const auto count = below(30);
    for (Partition p = 0; std::ssize(position.places) < count; p += static_cast<Partition>(1 + below(3)))
      position.places.push_back(place(p));
    return position;
  }

 private:
  std::int64_t below(std::int64_t end) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(end));
  }

  Place place(Partition partition) {
    if (below(5) == 0) return {partition, kUnknown, {}};
    const Offset next = below(2) == 0 ? below(4) : below(kMaxOffset + 1);
    if (next == 0 || below(3) == 0) return {partition, next, {}};
    const Offset offset = below(2) == 0 ? next - 1 : below(next);
    return {partition, next, Anchor{offset, static_cast<std::uint32_t>(random_())}};
  }

  std::mt19937_64 random_;
};

TEST(Position, parsing_undoes_formatting) {
  RandomPosition random(1);
  for (int i = 0; i < 2000; ++i) {
    const auto position = random.next();
    const auto text = format_position(position);
    const auto parsed = parse_position(text);
    ASSERT_TRUE(parsed) << text;
    ASSERT_EQ(*parsed, position) << text;
  }
}

// Only canonical text parses: whatever survives a random change formats to itself.
TEST(Position, a_changed_byte_is_refused_or_canonical) {
  RandomPosition positions(2);
  std::mt19937 random(3);
  constexpr std::string_view kBytes = "0123456789abcf.:~,?-v \n";
  for (int i = 0; i < 5000; ++i) {
    auto text = format_position(positions.next());
    text[random() % text.size()] = kBytes[random() % kBytes.size()];
    const auto parsed = parse_position(text);
    if (parsed) {
      ASSERT_EQ(format_position(*parsed), text);
    }
  }
}

TEST(Position, errors_never_hold_the_text) {
  const auto parsed = parse_position("v1.00c0ffee.0:1,<script>");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().message, "entry 2 of the position is not partition:next~fingerprint");
}

}  // namespace
}  // namespace tailrace
