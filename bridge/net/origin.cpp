#include "net/origin.h"

#include <algorithm>
#include <cctype>

namespace tailrace {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool plain_authority(std::string_view authority) {
  return !authority.empty() && std::all_of(authority.begin(), authority.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
  });
}

std::string_view without_port(std::string_view host) {
  const auto bracket = host.rfind(']');
  const auto colon = host.rfind(':');
  return colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket) ? host.substr(0, colon) : host;
}

bool is_loopback_name(std::string_view name) {
  return name == "localhost" || name == "[::1]" || name.ends_with(".localhost") ||
         (name.starts_with("127.") && name.find_first_not_of("0123456789.") == std::string_view::npos);
}

}  // namespace

std::string origin_of(std::string_view url) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return {};
  const std::string scheme = lower(url.substr(0, scheme_end));
  const auto rest = url.substr(scheme_end + 3);
  std::string authority = lower(rest.substr(0, rest.find_first_of("/?#")));
  if ((scheme != "http" && scheme != "https") || !plain_authority(authority)) return {};
  const std::string default_port = scheme == "http" ? ":80" : ":443";
  if (authority.ends_with(default_port)) authority.resize(authority.size() - default_port.size());
  return scheme + "://" + authority;
}

bool origin_allowed(const OriginRules& rules, const std::optional<std::string>& origin, std::string_view host) {
  if (!origin) return true;  // not a browser
  const std::string given = origin_of(*origin);
  if (given.empty()) return false;
  const auto listed = [&](const std::string& one) { return origin_of(one) == given; };
  if (std::any_of(rules.allowed.begin(), rules.allowed.end(), listed)) return true;
  if (!rules.public_origin.empty() && given == origin_of(rules.public_origin)) return true;
  // Without a proxy the page came over plain HTTP from this very listener.
  return given == origin_of("http://" + std::string(host));
}

bool host_allowed(const OriginRules& rules, std::string_view host) {
  if (!rules.loopback_only) return true;
  const std::string name = lower(without_port(host));
  if (host.empty() || is_loopback_name(name)) return true;
  const std::string own = origin_of(rules.public_origin);
  return !own.empty() && origin_of(own.substr(0, own.find("://")) + "://" + std::string(host)) == own;
}

}  // namespace tailrace
