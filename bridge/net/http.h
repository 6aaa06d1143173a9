// HTTP/1.1 on a connection: requests are answered by a site until one asks for a WebSocket. A site is a function, so that the
// main listener and the admin listener differ in nothing else. Lives on the connection's shard's thread.
#pragma once

#include "net/websocket.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace tailrace {

struct HttpRequest {
  std::string method;
  std::string target;
  std::string host;
  std::optional<std::string> origin;
  std::string if_none_match;
  bool upgrade = false;  // asks for a WebSocket
};

struct HttpResponse {
  unsigned status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::shared_ptr<const std::string> body;
  std::vector<std::pair<std::string, std::string>> headers;
  bool last = false;       // the connection ends with it
  bool websocket = false;  // take the upgrade; nothing else counts

  static HttpResponse text(unsigned status, std::string text);
  static HttpResponse json(std::string text);
  static HttpResponse moved(std::string location);  // 301
  static HttpResponse unavailable(std::string text, int retry_after);  // 503; in seconds
};

// Answers by calling back, at once or later, from any thread, exactly once.
using Respond = std::function<void(HttpResponse)>;
using Site = std::function<void(const HttpRequest&, Respond)>;

struct HttpLimits {
  std::chrono::milliseconds header_time{10'000};
  std::size_t header_bytes = 16 << 10;
  std::size_t target_bytes = 4096 + 256;
};

// `site` and `probe` must outlive the connection.
void serve_http(std::shared_ptr<Connection> connection, const Site& site, const HttpLimits& limits, NetProbe& probe);

}  // namespace tailrace
