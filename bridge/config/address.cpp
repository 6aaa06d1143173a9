#include "config/address.h"

#include <arpa/inet.h>

#include <charconv>
#include <optional>

namespace tailrace {

namespace {

constexpr std::size_t kMaxUnixPath = 107;  // sun_path less its end

Error bad(std::string_view text) {
  return {"bad_address", std::string(text)};
}

bool is_v4(const std::string& host) {
  in_addr parsed;
  return inet_pton(AF_INET, host.c_str(), &parsed) == 1;
}

bool is_v6(const std::string& host) {
  in6_addr parsed;
  return inet_pton(AF_INET6, host.c_str(), &parsed) == 1;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

std::optional<std::string> parse_host(std::string_view text) {
  std::string host(text);
  if (host.empty()) return "::";
  if (host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    return is_v6(host) ? std::optional(host) : std::nullopt;
  }
  return is_v4(host) || host == "localhost" ? std::optional(host) : std::nullopt;
}

Result<ListenAddress> parse_unix(std::string_view path) {
  if (path.empty() || path.size() > kMaxUnixPath) return bad(path);
  return ListenAddress{{}, 0, std::string(path)};
}

}  // namespace

bool ListenAddress::is_loopback() const {
  return is_unix() || host == "localhost" || host == "::1" || host.starts_with("127.");
}

Result<ListenAddress> parse_listen_address(std::string_view text) {
  if (text.starts_with("unix:")) return parse_unix(text.substr(5));
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad(text);
  auto host = parse_host(text.substr(0, colon));
  const auto port = parse_port(text.substr(colon + 1));
  if (!host || !port) return bad(text);
  return ListenAddress{std::move(*host), *port, {}};
}

std::string format_listen_address(const ListenAddress& address) {
  if (address.is_unix()) return "unix:" + address.path;
  const bool v6 = address.host.find(':') != std::string::npos;
  return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

}  // namespace tailrace
