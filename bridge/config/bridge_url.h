// Where a bridge is reached: "ws://host:8080/ws", "https://host/sub", "host:8080", "unix:/path".
#pragma once

#include "base/error.h"

#include <string>
#include <string_view>

namespace tailrace {

struct BridgeUrl {
  bool tls = false;
  std::string host;          // no brackets
  std::string port;          // digits
  std::string path = "/ws";  // of the WebSocket, a sub-path included
  std::string unix_path;     // a Unix socket where not empty

  // Host and port as a URL or a Host header has them.
  std::string authority() const;
};

Result<BridgeUrl> parse_bridge_url(std::string_view text);

}  // namespace tailrace
