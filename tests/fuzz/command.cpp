// A message is a command within its bounds or a coded error, whatever the parser read before it.
#include "wire/command.h"

#include "require.h"

#include <algorithm>

namespace tailrace {
namespace {

bool is_coded(const Error& error) {
  constexpr std::string_view kCodes[] = {"bad_json", "bad_field", "unknown_op", "position_invalid"};
  return std::ranges::find(kCodes, error.code) != std::end(kCodes) && !error.message.empty();
}

bool is_number(std::int64_t number) {
  return number >= 0 && number <= kMaxOffset;
}
bool is_channel(const std::string& name) {
  return !name.empty() && name.size() <= kMaxChannelName;
}

struct Holds {
  bool operator()(const Live&) const { return true; }
  bool operator()(const Earliest&) const { return true; }
  bool operator()(const Ago& ago) const { return ago.before >= 0; }
  bool operator()(const AtTime& at) const { return is_number(at.time); }
  bool operator()(const LastN& last) const { return last.count >= 1 && last.count <= kMaxLast; }
  bool operator()(const Position& position) const { return position.places.size() <= kMaxPlaces; }

  bool operator()(const SubscribeCommand& command) const {
    return is_channel(command.channel) && std::visit(*this, command.from) && std::visit(*this, command.start) &&
           !std::holds_alternative<Position>(command.start) && (!command.to || std::visit(*this, *command.to));
  }
  bool operator()(const UnsubscribeCommand& command) const { return is_channel(command.channel); }
  bool operator()(const AuthCommand&) const { return true; }
  bool operator()(const ChannelsCommand&) const { return true; }
  bool operator()(const PingCommand&) const { return true; }
  bool operator()(const TimesCommand& command) const {
    return is_channel(command.channel) && !command.at.empty() && command.at.size() <= kMaxTimes &&
           std::ranges::all_of(command.at, is_number);
  }
};

// What two readings of a message must have in common.
std::string outcome(const std::variant<Command, CommandError>& parsed) {
  if (const auto* refused = std::get_if<CommandError>(&parsed)) return refused->error.code + refused->error.message;
  return std::to_string(std::get<Command>(parsed).op.index());
}

void check(std::string_view message) {
  static CommandParser used;
  const auto parsed = used.parse(message);
  require(outcome(parsed) == outcome(CommandParser().parse(message)), "a used parser reads as a new one");
  if (const auto* refused = std::get_if<CommandError>(&parsed)) return require(is_coded(refused->error), "coded error");
  const auto& command = std::get<Command>(parsed);
  require(!command.id || is_number(*command.id), "the id is in range");
  require(std::visit(Holds{}, command.op), "the command is in range");
}

}  // namespace
}  // namespace tailrace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  tailrace::check(text);
  const auto start = tailrace::parse_start_text(text);
  require(start ? std::visit(tailrace::Holds{}, *start) : tailrace::is_coded(start.error()), "the start is in range");
  return 0;
}
