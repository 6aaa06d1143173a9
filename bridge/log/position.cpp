#include "log/position.h"

#include "log/decimal.h"

#include <charconv>
#include <cstdio>
#include <limits>

namespace tailrace {

namespace {

using std::string_view;

Error invalid(std::string why) {
  return {"position_invalid", std::move(why)};
}

// The part before the first `separator`, which is eaten too; all of it where there is none.
string_view split_off(string_view& rest, char separator) {
  const auto at = rest.find(separator);
  const auto part = rest.substr(0, at);
  rest = at == string_view::npos ? string_view{} : rest.substr(at + 1);
  return part;
}

std::optional<std::uint32_t> parse_hex(string_view text) {
  if (text.size() != 8 || text.find_first_not_of("0123456789abcdef") != string_view::npos) return {};
  std::uint32_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number, 16);
  return number;
}

// [distance.]fingerprint; the distance is at least 1 where it is written.
std::optional<Anchor> parse_anchor(string_view text, Offset next) {
  Offset distance = 0;
  if (text.find('.') != string_view::npos) {
    distance = parse_decimal(split_off(text, '.'), kMaxOffset).value_or(0);
    if (distance == 0) return {};
  }
  const auto fingerprint = parse_hex(text);
  const auto offset = next - 1 - distance;
  if (!fingerprint || offset < 0) return {};
  return Anchor{offset, *fingerprint};
}

bool parse_next(string_view text, Place& place) {
  if (text == "?") return true;
  const bool anchored = text.find('~') != string_view::npos;
  const auto next = parse_decimal(split_off(text, '~'), kMaxOffset);
  if (!next) return false;
  place.next = *next;
  if (anchored) place.anchor = parse_anchor(text, *next);
  return anchored == place.anchor.has_value();
}

std::optional<Place> parse_place(string_view text) {
  const auto partition = parse_decimal(split_off(text, ':'), std::numeric_limits<Partition>::max());
  Place place;
  if (!partition || !parse_next(text, place)) return {};
  place.partition = static_cast<Partition>(*partition);
  return place;
}

// The entry that must follow those in `places`.
std::optional<Error> append_place(string_view entry, std::vector<Place>& places) {
  if (places.size() == kMaxPlaces) return invalid("the position has more than 1,000 partitions");
  const auto place = parse_place(entry);
  const auto number = std::to_string(places.size() + 1);
  if (!place) return invalid("entry " + number + " of the position is not partition:next~fingerprint");
  if (!places.empty() && places.back().partition >= place->partition)
    return invalid("the partitions of the position do not ascend at entry " + number);
  places.push_back(*place);
  return {};
}

std::string hex(std::uint32_t number) {
  char text[9];
  std::snprintf(text, sizeof text, "%08x", number);
  return text;
}

void append_place_text(const Place& place, std::string& out) {
  out += std::to_string(place.partition) + ':';
  if (place.next == kUnknown) {
    out += '?';
    return;
  }
  out += std::to_string(place.next);
  if (!place.anchor) return;
  const auto distance = place.next - 1 - place.anchor->offset;
  out += '~';
  if (distance > 0) out += std::to_string(distance) + '.';
  out += hex(place.anchor->fingerprint);
}

}  // namespace

Result<Position> parse_position(string_view text) {
  const auto version = split_off(text, '.');
  if (version != "v1") return invalid("a position begins with v1.");
  const auto epoch = text.size() > 8 && text[8] == '.' ? parse_hex(split_off(text, '.')) : std::nullopt;
  if (!epoch) return invalid("the epoch of a position is eight lower-case hex digits and a dot");
  Position position{*epoch, {}};
  for (bool more = !text.empty(); more;) {
    more = text.find(',') != string_view::npos;
    if (auto error = append_place(split_off(text, ','), position.places)) return *std::move(error);
  }
  return position;
}

std::string format_position(const Position& position) {
  std::string out = "v1." + hex(position.epoch) + '.';
  out.reserve(out.size() + position.places.size() * 32);
  for (const auto& place : position.places) {
    if (&place != &position.places.front()) out += ',';
    append_place_text(place, out);
  }
  return out;
}

}  // namespace tailrace
