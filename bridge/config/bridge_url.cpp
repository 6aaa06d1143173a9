#include "config/bridge_url.h"

#include <charconv>

namespace tailrace {

namespace {

Error bad(std::string_view text) {
  return {"bad_url", std::string(text)};
}

bool strip(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

// "/sub/ws" as it is; "/sub" and "/sub/" are a bridge's prefix.
std::string socket_path(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  return path.ends_with("/ws") ? std::string(path) : std::string(path) + "/ws";
}

bool split_authority(std::string_view authority, BridgeUrl& url) {
  const auto bracket = authority.find(']');
  const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  auto host = authority.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (colon != std::string_view::npos) url.port = authority.substr(colon + 1);
  url.host = host;
  return !host.empty() && host.find_first_of(" @[]?#") == std::string_view::npos && is_port(url.port);
}

}  // namespace

std::string BridgeUrl::authority() const {
  if (!unix_path.empty()) return "localhost";
  const auto name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == (tls ? "443" : "80") ? name : name + ":" + port;
}

Result<BridgeUrl> parse_bridge_url(std::string_view text) {
  const auto whole = text;
  BridgeUrl url;
  if (strip(text, "unix:")) {
    url.unix_path = text;
    if (text.empty()) return bad(whole);
    return url;
  }
  const bool scheme = text.find("://") != std::string_view::npos;
  url.tls = strip(text, "wss://") || strip(text, "https://");
  if (scheme && !url.tls && !strip(text, "ws://") && !strip(text, "http://")) return bad(whole);
  url.port = url.tls ? "443" : scheme ? "80" : "8080";
  const auto slash = std::min(text.find('/'), text.size());
  url.path = socket_path(text.substr(slash));
  if (!split_authority(text.substr(0, slash), url) || url.path.find_first_of(" ?#") != std::string::npos)
    return bad(whole);
  return url;
}

}  // namespace tailrace
