#include "wire/command.h"

#include "wire/json_text.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>

namespace tailrace {

namespace {

using simdjson::ondemand::object;
using simdjson::ondemand::value;

// What a message said about a field: nothing, a value, or something that no value can be made of.
template <class T>
using Field = std::optional<Result<T>>;

using Op = decltype(Command::op);

// Every field that any op knows. They come in any order, so they are judged once the op is known.
struct Fields {
  Field<std::string> op;
  Field<std::int64_t> id;
  Field<std::string> channel;
  Field<std::string> token;
  Field<Start> from;
  Field<Start> start;
  Field<End> to;
  Field<std::vector<Millis>> at;
};

Error bad_field(std::string_view name, std::string_view wanted) {
  return {"bad_field", std::string(name) + " must be " + std::string(wanted)};
}

Error bad_json() {
  return {"bad_json", "the message is not a JSON object"};
}

// False where the object breaks off, which its grammar rules out.
template <class Visit>
bool for_each_field(object fields, Visit visit) {
  for (auto field : fields) {
    std::string_view name;
    value content;
    if (field.unescaped_key().get(name)) continue;  // a lone surrogate: no name of ours
    if (field.value().get(content)) return false;
    visit(name, content);
  }
  return true;
}

Result<std::string> read_text(value content, std::string_view name) {
  std::string_view text;
  if (content.get_string().get(text)) return bad_field(name, "text");
  return {boost::system::in_place_value, text};
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

Result<std::string> read_channel(value content) {
  auto name = read_text(content, "channel");
  if (name && (name->empty() || name->size() > kMaxChannelName || std::ranges::any_of(*name, is_control)))
    return bad_field("channel", "1 to 255 bytes without control characters");
  return name;
}

Result<std::int64_t> read_integer(value content, std::string_view name, std::int64_t least, std::int64_t greatest) {
  std::int64_t number = 0;
  if (content.get_int64().get(number) || number < least || number > greatest)
    return bad_field(name, "an integer from " + std::to_string(least) + " to " + std::to_string(greatest));
  return number;
}

Result<std::vector<Millis>> read_times(value content) {
  const auto wanted = bad_field("at", "an array of 1 to 200 times in milliseconds");
  simdjson::ondemand::array array;
  if (content.get_array().get(array)) return wanted;
  std::vector<Millis> times;
  for (auto element : array) {
    value time;
    if (times.size() == kMaxTimes || element.get(time)) return wanted;
    const auto number = read_integer(time, "at", 0, kMaxOffset);
    if (!number) return wanted;
    times.push_back(*number);
  }
  if (times.empty()) return wanted;
  return times;
}

template <class To, class From>
Result<Start> start_of(Result<From> read) {
  if (!read) return read.error();
  return Start(To{*std::move(read)});
}

Result<Start> read_position(value content) {
  const auto text = read_text(content, "position");
  if (!text) return text.error();
  return start_of<Position>(parse_position(*text));
}

Field<Start> read_start_field(std::string_view key, value content) {
  if (key == "time") return start_of<AtTime>(read_integer(content, "time", 0, kMaxOffset));
  if (key == "last") return start_of<LastN>(read_integer(content, "last", 1, kMaxLast));
  if (key == "position") return read_position(content);
  return {};
}

Result<Start> read_start_object(object fields, std::string_view name) {
  Field<Start> start;
  int count = 0;
  for_each_field(fields, [&](std::string_view key, value content) {
    auto read = read_start_field(key, content);
    if (!read) return;
    start.emplace(*std::move(read));
    ++count;
  });
  if (count != 1) return bad_field(name, "an object with one of time, last and position");
  return *std::move(start);
}

Result<Start> read_start(value content, std::string_view name) {
  object fields;
  if (!content.get_object().get(fields)) return read_start_object(fields, name);
  std::string_view text;
  if (content.get_string().get(text)) return bad_field(name, "text or an object");
  if (auto start = parse_start_word(text)) return *std::move(start);
  return bad_field(name, "live, earliest, a relative time like -90s, or an object");
}

Result<Start> read_first_start(value content) {
  auto start = read_start(content, "start");
  if (start && std::holds_alternative<Position>(*start)) return bad_field("start", "a start that is no position");
  return start;
}

Result<End> read_end(value content) {
  auto start = read_start(content, "to");
  if (!start) return start.error();
  if (auto* ago = std::get_if<Ago>(&*start)) return End(*ago);
  if (auto* time = std::get_if<AtTime>(&*start)) return End(*time);
  if (auto* position = std::get_if<Position>(&*start)) return End(std::move(*position));
  return bad_field("to", "a relative time, a time or a position");
}

void read_field(Fields& fields, std::string_view name, value content) {
  if (name == "op") fields.op.emplace(read_text(content, "op"));
  if (name == "id") fields.id.emplace(read_integer(content, "id", 0, kMaxOffset));
  if (name == "channel") fields.channel.emplace(read_channel(content));
  if (name == "token") fields.token.emplace(read_text(content, "token"));
  if (name == "from") fields.from.emplace(read_start(content, "from"));
  if (name == "start") fields.start.emplace(read_first_start(content));
  if (name == "to") fields.to.emplace(read_end(content));
  if (name == "at") fields.at.emplace(read_times(content));
}

// Makes an op of its fields; keeps the first fault it meets.
class OpMaker {
 public:
  explicit OpMaker(Fields& fields) : fields_(fields) {}

  Result<Op> make(const std::string& name) {
    auto op = by_name(name);
    if (fault_) return *fault_;
    if (!op) return Error{"unknown_op", "no such op"};
    return *std::move(op);
  }

 private:
  std::optional<Op> by_name(const std::string& name) {
    if (name == "subscribe") return subscribe();
    if (name == "unsubscribe") return UnsubscribeCommand{needed(fields_.channel, "channel")};
    if (name == "auth") return AuthCommand{needed(fields_.token, "token")};
    if (name == "channels") return ChannelsCommand{};
    if (name == "times") return TimesCommand{needed(fields_.channel, "channel"), needed(fields_.at, "at")};
    if (name == "ping") return PingCommand{};
    return {};
  }

  SubscribeCommand subscribe() {
    SubscribeCommand command{needed(fields_.channel, "channel"), {}, {}, {}};
    command.from = given(fields_.from).value_or(Live{});
    command.start = given(fields_.start).value_or(Earliest{});
    command.to = given(fields_.to);
    return command;
  }

  template <class T>
  std::optional<T> given(Field<T>& field) {
    if (!field) return {};
    if (*field) return **std::move(field);
    if (!fault_) fault_ = field->error();
    return {};
  }

  template <class T>
  T needed(Field<T>& field, std::string_view name) {
    if (!field && !fault_) fault_ = bad_field(name, "there");
    return given(field).value_or(T{});
  }

  Fields& fields_;
  std::optional<Error> fault_;
};

std::variant<Command, CommandError> make_command(Fields& fields) {
  Command command;
  if (fields.id && !*fields.id) return CommandError{fields.id->error(), {}};
  if (fields.id) command.id = **fields.id;
  if (!fields.op) return CommandError{bad_field("op", "there"), command.id};
  if (!*fields.op) return CommandError{fields.op->error(), command.id};
  auto op = OpMaker(fields).make(**fields.op);
  if (!op) return CommandError{op.error(), command.id};
  command.op = *std::move(op);
  return command;
}

}  // namespace

// The library's lazy parser lets broken JSON pass where nobody reads, its eager one refuses numbers in fields that are
// nobody's business. So the grammar is walked first and the fields are read lazily.
struct CommandParser::Impl {
  bool open(std::string_view message, simdjson::ondemand::document& document, object& fields) {
    if (!simdjson::validate_utf8(message) || !is_json(message)) return false;
    if (buffer.size() < message.size() + simdjson::SIMDJSON_PADDING)
      buffer.resize(message.size() + simdjson::SIMDJSON_PADDING);
    std::memcpy(buffer.data(), message.data(), message.size());
    if (parser.iterate(buffer.data(), message.size(), buffer.size()).get(document)) return false;
    return !document.get_object().get(fields);
  }

  simdjson::ondemand::parser parser;
  std::string buffer;
};

CommandParser::CommandParser() : impl_(std::make_unique<Impl>()) {}
CommandParser::~CommandParser() = default;

std::variant<Command, CommandError> CommandParser::parse(std::string_view message) {
  simdjson::ondemand::document document;
  object known;
  Fields fields;
  if (!impl_->open(message, document, known)) return CommandError{bad_json(), {}};
  const auto read = [&](std::string_view name, value content) { read_field(fields, name, content); };
  if (!for_each_field(known, read)) return CommandError{bad_json(), {}};
  return make_command(fields);
}

}  // namespace tailrace
