#include "base/clock.h"
#include "commands/interrupt.h"
#include "commands/run.h"
#include "commands/start_json.h"
#include "commands/tail_session.h"
#include "commands/terminal.h"
#include "config/cli.h"
#include "wire/start.h"

#include <unistd.h>

#include <chrono>

namespace tailrace {

namespace {

// An end that counts from now must not move on with every reconnect.
std::string fixed_end(const std::string& text) {
  const auto end = parse_start_text(text);
  const auto* ago = end ? std::get_if<Ago>(&*end) : nullptr;
  return ago ? std::to_string(now_millis() - ago->before) : text;
}

TailRequest request_of(const TailOptions& options) {
  TailRequest request{options.url, options.channel, start_json(options.from, "--from"), {}};
  if (!options.to.empty()) request.to = end_json(fixed_end(options.to), "--to");
  return request;
}

}  // namespace

int run_tail(const TailOptions& options) {
  const auto request = request_of(options);
  const auto interrupt = interrupt_descriptor();
  TailPrinter printer(options.json);
  return TailSession(request, printer, interrupt).run();
}

}  // namespace tailrace
