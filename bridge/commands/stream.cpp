#include "commands/stream.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace tailrace {

namespace {

constexpr std::size_t kReadBytes = 128 << 10;

int millis_until(Stream::Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Stream::Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

[[noreturn]] void fail(const std::string& what, int error) {
  throw StreamError(what + ": " + std::strerror(error));
}

std::string tls_trouble(SSL* tls) {
  const auto verdict = SSL_get_verify_result(tls);
  if (verdict != X509_V_OK) return X509_verify_cert_error_string(verdict);
  const auto code = ERR_get_error();
  const char* reason = code ? ERR_reason_error_string(code) : nullptr;
  return reason ? reason : "the connection ended";
}

int socket_error(int descriptor) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

}  // namespace

Stream::Stream(const BridgeUrl& url, const Descriptor& interrupt, Clock::time_point deadline)
    : interrupt_(interrupt), buffer_(kReadBytes, '\0') {
  const auto where = url.unix_path.empty() ? url.authority() : url.unix_path;
  socket_ = Destination(url).dial();
  if (!socket_) fail(where, errno);
  if (!wait(POLLOUT, deadline)) throw StreamError(where + ": no answer");
  if (const int error = socket_error(socket_.get())) fail(where, error);
  if (url.tls) shake_hands(url, deadline);
}

void Stream::shake_hands(const BridgeUrl& url, Clock::time_point deadline) {
  context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_default_verify_paths(context_.get());
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
  tls_.reset(SSL_new(context_.get()));
  SSL_set_tlsext_host_name(tls_.get(), url.host.c_str());
  // An address is checked as one, a name as one.
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_.get()), url.host.c_str()) != 1)
    SSL_set1_host(tls_.get(), url.host.c_str());
  SSL_set_fd(tls_.get(), socket_.get());
  for (int done; (done = SSL_connect(tls_.get())) != 1;)
    if (!wait_as_told(done, "TLS", deadline)) throw StreamError("TLS: no answer");
}

// Whether one of `events` came before the deadline.
bool Stream::wait(short events, Clock::time_point deadline) {
  pollfd both[] = {{socket_.get(), events, 0}, {interrupt_.get(), POLLIN, 0}};
  const int ready = poll(both, 2, millis_until(deadline));
  if (ready > 0 && both[1].revents) throw Interrupted{};
  return ready > 0;
}

// What TLS needs before it can go on.
bool Stream::wait_as_told(int result, const char* what, Clock::time_point deadline) {
  const int told = SSL_get_error(tls_.get(), result);
  if (told == SSL_ERROR_WANT_READ) return wait(POLLIN, deadline);
  if (told == SSL_ERROR_WANT_WRITE) return wait(POLLOUT, deadline);
  throw StreamError(std::string(what) + ": " + tls_trouble(tls_.get()));
}

void Stream::write(std::string_view bytes, Clock::time_point deadline) {
  while (!bytes.empty()) {
    bool ready = true;
    const auto size = static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 20));
    const auto sent = tls_ ? SSL_write(tls_.get(), bytes.data(), size)
                           : send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0)
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    else if (tls_)
      ready = wait_as_told(static_cast<int>(sent), "write", deadline);
    else if (errno != EAGAIN)
      fail("write", errno);
    else
      ready = wait(POLLOUT, deadline);
    if (!ready) throw StreamError("write: no progress");
  }
}

std::string_view Stream::read(Clock::time_point deadline) {
  for (;;) {
    bool ready = true;
    const auto got = tls_ ? SSL_read(tls_.get(), buffer_.data(), static_cast<int>(buffer_.size()))
                          : recv(socket_.get(), buffer_.data(), buffer_.size(), 0);
    if (got > 0) return {buffer_.data(), static_cast<std::size_t>(got)};
    if (tls_)
      ready = wait_as_told(static_cast<int>(got), "read", deadline);
    else if (got == 0)
      throw StreamError("the connection ended");
    else if (errno != EAGAIN)
      fail("read", errno);
    else
      ready = wait(POLLIN, deadline);
    if (!ready) return {};
  }
}

}  // namespace tailrace
