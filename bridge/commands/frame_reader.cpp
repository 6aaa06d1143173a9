#include "commands/frame_reader.h"

#include <simdjson.h>

#include <charconv>
#include <set>

namespace tailrace {

namespace {

namespace json = simdjson::ondemand;

const std::set<std::string_view> kDataFields{"ch", "p", "from", "next", "fp", "u", "gap", "cover"};

std::string text_of(json::value value) {
  return std::string(std::string_view(value.get_string()));
}

Position position_of(json::value value) {
  auto position = parse_position(std::string_view(value.get_string()));
  if (!position) throw simdjson::simdjson_error(simdjson::INCORRECT_TYPE);
  return *std::move(position);
}

std::uint32_t fingerprint_of(json::value value) {
  const std::string_view text = value.get_string();
  std::uint32_t fingerprint = 0;
  std::from_chars(text.data(), text.data() + text.size(), fingerprint, 16);
  return fingerprint;
}

std::string whole_json(json::value value) {
  std::string_view raw = simdjson::to_json_string(value);
  while (!raw.empty() && (raw.back() == ' ' || raw.back() == '\n' || raw.back() == '\r' || raw.back() == '\t'))
    raw.remove_suffix(1);
  return std::string(raw);
}

void set_value(ShownUpdate& update, ShownUpdate::Form form, std::string value) {
  update.form = form;
  update.value = std::move(value);
}

void read_field(ShownUpdate& update, std::string_view name, json::value value) {
  using Form = ShownUpdate::Form;
  if (name == "o")
    update.offset = value.get_int64();
  else if (name == "t")
    update.timestamp = value.get_int64();
  else if (name == "k")
    update.key = text_of(value);
  else if (name == "kb")
    update.key = "base64:" + text_of(value);
  else if (name == "v")
    set_value(update, Form::json, whole_json(value));
  else if (name == "s")
    set_value(update, Form::text, text_of(value));
  else if (name == "b")
    set_value(update, Form::base64, text_of(value));
  else if (name == "del")
    set_value(update, Form::deleted, {});
  else if (name == "omitted")
    set_value(update, Form::omitted, std::to_string(std::uint64_t(value["bytes"].get_uint64())));
}

// Of the frame { "name": value, … } what stands under `name`.
ServerFrame read_named(std::string_view name, json::value value) {
  if (name == "welcome") return WelcomeFrame{value["heartbeat"].get_int64()};
  if (name == "subscribed") return SubscribedFrame{position_of(value["position"])};
  if (name == "ended") return EndedFrame{position_of(value["position"])};
  if (name == "reset") {
    auto reason = text_of(value["reason"]);
    return ResetFrame{std::move(reason), position_of(value["position"])};
  }
  if (name == "error") {
    RefusalFrame refusal{text_of(value["code"]), text_of(value["message"])};
    refusal.retry = value["retry"].get_bool();
    return refusal;
  }
  if (name == "closing") {
    auto reason = text_of(value["reason"]);
    return ClosingFrame{std::move(reason), value["reconnect_in"].get_int64()};
  }
  if (name == "status") return StatusFrame{whole_json(value)};
  if (name != "unsubscribed") return OtherFrame{};
  json::value code;
  if (value["code"].get(code)) return OtherFrame{};
  const auto word = text_of(code);
  return RefusalFrame{word, "the subscription was ended", word == "topic_unavailable"};
}

Span row_of(json::value value) {
  std::vector<std::int64_t> numbers;
  for (auto number : value.get_array()) numbers.push_back(number.get_int64());
  if (numbers.size() != 3) throw simdjson::simdjson_error(simdjson::INCORRECT_TYPE);
  return {static_cast<Partition>(numbers[0]), numbers[1], numbers[2]};
}

GapFrame gap_of(json::value value, Partition partition) {
  GapFrame gap{{partition, value["from"].get_int64(), value["next"].get_int64()}, {}};
  gap.reason = text_of(value["reason"]);
  return gap;
}

}  // namespace

struct FrameReader::Parsers {
  simdjson::padded_string text;
  json::parser frame;
  json::parser update;

  ServerFrame read(std::string_view payload) {
    text = simdjson::padded_string(payload);
    auto document = frame.iterate(text);
    UpdatesFrame data;
    for (auto member : document.get_object()) {
      const std::string_view name = member.unescaped_key();
      if (!kDataFields.contains(name)) return read_named(name, member.value());
      if (auto whole = read_data_field(data, name, member.value())) return *std::move(whole);
    }
    return data.span.next > 0 ? ServerFrame(std::move(data)) : OtherFrame{};
  }

  // A gap or coverage is a frame of its own; the other fields add to the batch.
  std::optional<ServerFrame> read_data_field(UpdatesFrame& data, std::string_view name, json::value value) {
    if (name == "gap") return gap_of(value, data.span.partition);
    if (name == "cover") return coverage_of(value);
    if (name == "p") data.span.partition = static_cast<Partition>(std::int64_t(value.get_int64()));
    if (name == "from") data.span.from = value.get_int64();
    if (name == "next") data.span.next = value.get_int64();
    if (name == "fp") data.fingerprint = fingerprint_of(value);
    if (name == "u") read_updates(value, data.updates);
    return std::nullopt;
  }

  static CoverageFrame coverage_of(json::value value) {
    CoverageFrame coverage;
    for (auto row : value.get_array()) coverage.rows.push_back(row_of(row.value()));
    return coverage;
  }

  void read_updates(json::value value, std::vector<ShownUpdate>& updates) {
    for (auto element : value.get_array()) {
      json::object object = element.get_object();
      updates.push_back(read_update(object.raw_json()));
    }
  }

  // Twice over the same text, so that it is there both whole and in parts.
  ShownUpdate read_update(std::string_view raw) {
    ShownUpdate shown;
    shown.raw = raw;
    auto document = update.iterate(raw.data(), raw.size(), raw.size() + simdjson::SIMDJSON_PADDING);
    for (auto member : document.get_object()) {
      const std::string_view name = member.unescaped_key();
      read_field(shown, name, member.value());
    }
    return shown;
  }
};

FrameReader::FrameReader() : parsers_(std::make_unique<Parsers>()) {}
FrameReader::~FrameReader() = default;

Result<ServerFrame> FrameReader::read(std::string_view payload) {
  try {
    return parsers_->read(payload);
  } catch (const simdjson::simdjson_error& error) {
    return Error{"bad_frame", error.what()};
  }
}

}  // namespace tailrace
