// Where a listener listens: "127.0.0.1:8080", "[::1]:0", ":8080" (all interfaces), "unix:/run/tailrace.sock".
#pragma once

#include "base/error.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace tailrace {

struct ListenAddress {
  std::string host;  // a literal address or "localhost"; no brackets
  std::uint16_t port = 0;
  std::string path;  // a Unix socket where not empty

  bool is_unix() const { return !path.empty(); }
  bool is_loopback() const;  // a Unix socket counts as one
  bool operator==(const ListenAddress&) const = default;
};

Result<ListenAddress> parse_listen_address(std::string_view text);
std::string format_listen_address(const ListenAddress& address);

}  // namespace tailrace
