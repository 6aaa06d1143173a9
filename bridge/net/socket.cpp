#include "net/socket.h"

#include <boost/asio/socket_base.hpp>

#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace tailrace {

namespace {

// The kernel's buffers are queues too: what is not sent yet stays with the cursor, not here.
constexpr int kNotSentLowWater = 128 << 10;

void set_option(int fd, int option, int value) { ::setsockopt(fd, IPPROTO_TCP, option, &value, sizeof value); }

}  // namespace

Socket::Socket(Stream stream) : stream_(std::move(stream)) {
  boost::system::error_code ignored;
  stream_.non_blocking(true, ignored);
  set_option(stream_.native_handle(), TCP_NODELAY, 1);
  set_option(stream_.native_handle(), TCP_NOTSENT_LOWAT, kNotSentLowWater);
}

std::ptrdiff_t Socket::write_now(const std::vector<iovec>& parts) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts.data());
  message.msg_iovlen = parts.size();
  const auto sent = ::sendmsg(stream_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? 0 : -1;
  written_ += static_cast<std::uint64_t>(sent);
  return sent;
}

std::uint64_t Socket::unacknowledged() const {
  int waiting = 0;
  const int fd = const_cast<Stream&>(stream_).native_handle();
  return ::ioctl(fd, SIOCOUTQ, &waiting) == 0 ? static_cast<std::uint64_t>(waiting) : 0;
}

void Socket::shutdown_write() {
  boost::system::error_code ignored;
  stream_.shutdown(Stream::shutdown_send, ignored);
}

void Socket::close() {
  boost::system::error_code ignored;
  stream_.close(ignored);
}

void Socket::reset() {
  boost::system::error_code ignored;
  stream_.set_option(boost::asio::socket_base::linger(true, 0), ignored);
  close();
}

}  // namespace tailrace
