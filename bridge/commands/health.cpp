#include "commands/run.h"
#include "commands/stream.h"
#include "commands/terminal.h"
#include "config/cli.h"

#include <cstdio>

namespace tailrace {

namespace {

constexpr std::size_t kMostAnswer = 64 << 10;

// Where a listener of this address is reached from this machine.
BridgeUrl url_of(const ListenAddress& address) {
  BridgeUrl url;
  url.unix_path = address.path;
  url.port = std::to_string(address.port);
  // What listens on all of IPv6 hears IPv4 too, and containers often have no ::1.
  url.host = address.host == "0.0.0.0" || address.host == "::" ? "127.0.0.1" : address.host;
  return url;
}

std::string read_answer(Stream& stream, Stream::Clock::time_point deadline) {
  std::string answer;
  try {
    for (auto bytes = stream.read(deadline); !bytes.empty() && answer.size() < kMostAnswer;
         bytes = stream.read(deadline))
      answer.append(bytes);
  } catch (const StreamError&) {
    // The end of the answer.
  }
  return answer;
}

// The answer's body on one line; its status where it has none.
std::string words_of(const std::string& answer) {
  const auto end = answer.find("\r\n\r\n");
  auto body = end == std::string::npos ? std::string() : answer.substr(end + 4);
  while (body.ends_with('\n')) body.pop_back();
  return body.empty() ? answer.substr(0, answer.find('\r')) : body;
}

}  // namespace

int run_health(const HealthOptions& options) {
  const Descriptor nothing;  // Ctrl-C may simply end it
  const auto deadline = Stream::Clock::now() + options.timeout;
  const auto url = url_of(options.address);
  Stream stream(url, nothing, deadline);
  stream.write("GET " + options.path + " HTTP/1.1\r\nHost: " + url.authority() + "\r\nConnection: close\r\n\r\n",
               deadline);
  const auto answer = read_answer(stream, deadline);
  if (answer.empty()) throw StreamError("no answer in " + std::to_string(options.timeout.count()) + " ms");
  const bool well = answer.starts_with("HTTP/1.1 200 ");
  std::fprintf(well ? stdout : stderr, "%s\n", printable(words_of(answer)).c_str());
  return well ? kExitDone : kExitFailed;
}

}  // namespace tailrace
