#include "commands/socket_client.h"

namespace tailrace {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostGreeting = 16 << 10;
constexpr auto kWriteTime = 20s;

// "403 Forbidden" of "HTTP/1.1 403 Forbidden\r\n…".
std::string status_of(const std::string& answer) {
  const auto line = answer.substr(0, answer.find('\r'));
  return line.substr(std::min(line.find(' '), line.size() - 1) + 1);
}

unsigned char code_of(Opcode opcode) {
  return static_cast<unsigned char>(opcode);
}

}  // namespace

SocketClient::SocketClient(const BridgeUrl& url, const Descriptor& interrupt, Clock::time_point deadline)
    : stream_(url, interrupt, deadline) {
  stream_.write(upgrade_request(url), deadline);
  std::string greeting;
  auto end = std::string::npos;
  while (end == std::string::npos) {
    const auto bytes = stream_.read(deadline);
    if (bytes.empty() || greeting.size() > kMostGreeting) throw StreamError("no answer to the upgrade");
    greeting.append(bytes);
    end = greeting.find("\r\n\r\n");
  }
  if (!greeting.starts_with("HTTP/1.1 101 ")) throw UpgradeRefused(status_of(greeting));
  take(std::string_view(greeting).substr(end + 4));
}

void SocketClient::send(std::string_view text) {
  stream_.write(masked_frame(code_of(Opcode::text), text), Clock::now() + kWriteTime);
}

void SocketClient::say_goodbye() {
  constexpr std::string_view kDone("\x03\xe8", 2);  // 1000
  stream_.write(masked_frame(code_of(Opcode::close), kDone), Clock::now() + 1s);
}

void SocketClient::take(std::string_view bytes) {
  const bool good = frames_.feed(bytes, [this](const ServerMessage& message) {
    if (message.opcode == Opcode::ping)
      stream_.write(masked_frame(code_of(Opcode::pong), message.payload), Clock::now() + kWriteTime);
    else if (message.opcode == Opcode::text || message.opcode == Opcode::close)
      messages_.push_back({message.opcode, std::string(message.payload)});
  });
  if (!good) throw StreamError("the bridge sends broken frames");
}

std::optional<SocketClient::Message> SocketClient::next(Clock::time_point deadline) {
  while (messages_.empty()) {
    const auto bytes = stream_.read(deadline);
    if (bytes.empty()) return std::nullopt;
    take(bytes);
  }
  auto message = std::move(messages_.front());
  messages_.pop_front();
  return message;
}

}  // namespace tailrace
