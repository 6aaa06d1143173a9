#include "fake_bridge.h"

#include "wire/websocket_frame.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tailrace {

namespace {

std::string read_until(int client, const std::string& end) {
  std::string text;
  char byte;
  while (!text.ends_with(end) && read(client, &byte, 1) == 1) text += byte;
  return text;
}

std::string read_exactly(int client, std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t got = 0;
  for (ssize_t more; got < size && (more = read(client, bytes.data() + got, size - got)) > 0;)
    got += static_cast<std::size_t>(more);
  return bytes.substr(0, got);
}

// A masked text frame of less than 64 KiB.
std::string read_message(int client) {
  const auto head = read_exactly(client, 2);
  if (head.size() < 2) return {};
  std::size_t size = head[1] & 0x7f;
  if (size == 126) {
    const auto more = read_exactly(client, 2);
    size = static_cast<std::size_t>(static_cast<unsigned char>(more[0])) << 8 | static_cast<unsigned char>(more[1]);
  }
  const auto mask = read_exactly(client, 4);
  auto text = read_exactly(client, size);
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(text[i] ^ mask[i % 4]);
  return text;
}

void say(int client, const std::string& bytes) {
  send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

}  // namespace

FakeBridge::FakeBridge(std::vector<Script> scripts) : scripts_(std::move(scripts)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof where;
  bind(listener_, reinterpret_cast<sockaddr*>(&where), size);
  listen(listener_, 16);
  getsockname(listener_, reinterpret_cast<sockaddr*>(&where), &size);
  port_ = ntohs(where.sin_port);
  thread_ = std::thread([this] { run(); });
}

BridgeUrl FakeBridge::url() const {
  BridgeUrl url;
  url.host = "127.0.0.1";
  url.port = std::to_string(port_);
  return url;
}

void FakeBridge::run() {
  for (const auto& script : scripts_) {
    const int client = accept(listener_, nullptr, nullptr);
    if (client < 0) return;
    play(client, script);
    close(client);
  }
  shutdown(listener_, SHUT_RDWR);
}

void FakeBridge::play(int client, const Script& script) {
  read_until(client, "\r\n\r\n");
  say(client, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
  heard_.push_back(read_message(client));
  for (const auto& text : script) say(client, text_frame(text));
  shutdown(client, SHUT_WR);
  char byte;
  while (read(client, &byte, 1) == 1) {
  }
}

void FakeBridge::stop() {
  if (listener_ < 0) return;
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
  listener_ = -1;
}

std::vector<std::string> FakeBridge::heard() {
  stop();
  return heard_;
}

}  // namespace tailrace
