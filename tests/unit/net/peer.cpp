#include "peer.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tailrace {

namespace {

// Of the first frame: where its payload begins and how long it is; 0 where it has not come whole.
std::pair<std::size_t, std::size_t> measure(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
  if (bytes.size() < 2) return {};
  const std::size_t head = at(1) < 126 ? 2 : at(1) == 126 ? 4 : 10;
  if (bytes.size() < head) return {};
  std::size_t size = head == 2 ? at(1) : 0;
  for (std::size_t i = 2; i < head; ++i) size = size << 8 | at(i);
  return bytes.size() < head + size ? std::pair<std::size_t, std::size_t>{} : std::pair(head, size);
}

std::string name_of(int opcode, std::string_view payload) {
  if (opcode == 10) return "pong " + std::string(payload);
  if (opcode != 8) return std::string(payload);
  const int code = static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
  return "close " + std::to_string(code) + " " + std::string(payload.substr(2));
}

}  // namespace

std::string client_frame(int opcode, std::string_view payload) {
  std::string frame(1, static_cast<char>(0x80 | opcode));
  const std::size_t size = payload.size();
  frame += static_cast<char>(0x80 | (size < 126 ? size : 126));
  if (size >= 126) frame += {static_cast<char>(size >> 8), static_cast<char>(size)};
  return frame.append(4, '\0').append(payload);
}

Peer::Peer(int receive_buffer) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  client_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (receive_buffer) ::setsockopt(client_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof where;
  auto* address = reinterpret_cast<sockaddr*>(&where);
  const bool ready = ::bind(listener, address, size) == 0 && ::listen(listener, 1) == 0 &&
                     ::getsockname(listener, address, &size) == 0 && ::connect(client_, address, size) == 0;
  EXPECT_TRUE(ready);
  bridge_ = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  ::close(listener);
}

Peer::Peer(Peer&& other) noexcept
    : bridge_(other.bridge_),
      client_(std::exchange(other.client_, -1)),
      received_(std::move(other.received_)),
      count_(other.count_),
      ended_(other.ended_),
      reset_(other.reset_) {}

Peer::~Peer() {
  if (client_ >= 0) ::close(client_);
}

Socket::Stream Peer::accepted(boost::asio::io_context& io) {
  return Socket::Stream(io, boost::asio::generic::stream_protocol(AF_INET, IPPROTO_TCP), bridge_);
}

void Peer::send(std::string_view bytes) const {
  EXPECT_EQ(::send(client_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
}

std::size_t Peer::read(std::size_t most) {
  std::size_t got = 0;
  for (char some[65536]; got < most && !ended_;) {
    const ssize_t size = ::recv(client_, some, std::min(sizeof some, most - got), MSG_DONTWAIT);
    if (size < 0 && errno == EAGAIN) break;
    reset_ = size < 0;
    ended_ = size <= 0;
    if (size > 0) received_.append(some, static_cast<std::size_t>(size));
    got += ended_ ? 0 : static_cast<std::size_t>(size);
  }
  count_ += got;
  return got;
}

std::vector<std::string> Peer::frames() {
  std::vector<std::string> all;
  for (;;) {
    const auto [head, size] = measure(received_);
    if (head == 0) return all;
    all.push_back(name_of(received_[0] & 0x0f, std::string_view(received_).substr(head, size)));
    received_.erase(0, head + size);
  }
}

std::string Peer::head() {
  const auto end = received_.find("\r\n\r\n");
  if (end == std::string::npos) return {};
  const std::string text = received_.substr(0, end);
  received_.erase(0, end + 4);
  return text;
}

void Peer::cut() {
  const linger now{1, 0};
  ::setsockopt(client_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(std::exchange(client_, -1));
}

}  // namespace tailrace
