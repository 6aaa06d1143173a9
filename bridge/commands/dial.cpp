#include "commands/dial.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace tailrace {

namespace {

// Masking hides bytes from broken proxies; a constant does for that.
constexpr char kMask[4] = {0x54, 0x1f, 0x2c, 0x33};

void append_length(std::string& frame, std::size_t size) {
  const auto bytes = size < 126 ? 0 : size < 65536 ? 2 : 8;
  frame += static_cast<char>(0x80 | (bytes == 0 ? size : bytes == 2 ? 126 : 127));
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) frame += static_cast<char>(size >> shift);
}

}  // namespace

void Descriptor::reset(int number) {
  if (number_ >= 0) close(number_);
  number_ = number;
}

Destination::Destination(const BridgeUrl& url) {
  if (!url.unix_path.empty()) {
    auto& local = reinterpret_cast<sockaddr_un&>(address_);
    local.sun_family = AF_UNIX;
    std::strncpy(local.sun_path, url.unix_path.c_str(), sizeof local.sun_path - 1);
    size_ = sizeof local;
    return;
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed = getaddrinfo(url.host.c_str(), url.port.c_str(), &hints, &found);
  if (failed) throw std::runtime_error(url.host + ": " + gai_strerror(failed));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  std::memcpy(&address_, found->ai_addr, found->ai_addrlen);
  size_ = found->ai_addrlen;
}

Descriptor Destination::dial() const {
  Descriptor made(socket(address_.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  if (made && address_.ss_family != AF_UNIX) setsockopt(made.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto* where = reinterpret_cast<const sockaddr*>(&address_);
  if (made && connect(made.get(), where, size_) != 0 && errno != EINPROGRESS) return {};
  return made;
}

std::string upgrade_request(const BridgeUrl& url) {
  return "GET " + url.path + " HTTP/1.1\r\nHost: " + url.authority() +
         "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Key: dGFpbHJhY2UgbG9hZCBvbg==\r\nSec-WebSocket-Protocol: tailrace.v1\r\n\r\n";
}

std::string masked_frame(unsigned char opcode, std::string_view payload) {
  std::string frame(1, static_cast<char>(0x80 | opcode));
  append_length(frame, payload.size());
  frame.append(kMask, sizeof kMask);
  for (std::size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ kMask[i % sizeof kMask]);
  return frame;
}

}  // namespace tailrace
