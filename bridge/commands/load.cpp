#include "base/error.h"
#include "commands/load_report.h"
#include "commands/load_run.h"
#include "commands/run.h"
#include "commands/start_json.h"
#include "commands/stream.h"
#include "config/cli.h"

#include <cstdio>

namespace tailrace {

namespace {

constexpr std::chrono::seconds kConnectTime{10};

// Clients come back for ever; where nobody listens from the beginning, that is said instead.
void reach(const BridgeUrl& url) {
  const Descriptor nothing;  // Ctrl-C may simply end it
  Stream(url, nothing, Stream::Clock::now() + kConnectTime);
}

}  // namespace

int run_load(const LoadOptions& options) {
  if (options.url.tls) throw StartError("URL: found a TLS address; allowed: ws:// or http://, load speaks no TLS");
  reach(options.url);
  LoadShared shared;
  shared.channel = options.channel;
  shared.prefix = data_prefix(options.channel);
  shared.upgrade = upgrade_request(options.url);
  shared.from = start_json(options.from, "--from");
  LoadRun load(options, shared);
  const auto outcome = load.run();
  const auto& tally = shared.tally;
  const auto summary = options.json ? load_json(tally, outcome, options.clients) : load_line(tally, outcome);
  std::fputs(summary.c_str(), stdout);
  return tally.clean() && outcome.standing == options.clients ? kExitDone : kExitFailed;
}

}  // namespace tailrace
