// Who may open a WebSocket from a page: the page's own origin, exactly, or a listed one. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tailrace {

struct OriginRules {
  std::string public_origin;         // scheme://host[:port] where a proxy in front makes the Host mean nothing
  std::vector<std::string> allowed;  // exact
  bool loopback_only = true;         // the listener is loopback: foreign Hosts are DNS rebinding
};

// scheme://host[:port] of a URL, lower-case, without a default port; empty where it is none.
std::string origin_of(std::string_view url);

bool origin_allowed(const OriginRules& rules, const std::optional<std::string>& origin, std::string_view host);
bool host_allowed(const OriginRules& rules, std::string_view host);

}  // namespace tailrace
