// argv to action to exit code. The only catch-all stands here.
#include "app/bridge.h"
#include "app/demo.h"
#include "base/logger.h"
#include "commands/demo_data.h"
#include "commands/demo_feed.h"
#include "commands/run.h"
#include "commands/terminal.h"
#include "config/cli.h"
#include "config/describe.h"

#include <csignal>
#include <iostream>
#include <system_error>
#include <unistd.h>

namespace tailrace {
namespace {

int serve(const Invocation& invocation) {
  set_up_logger(invocation.settings.logger.format == LogFormat::json);
  set_log_level(log_level(invocation.settings));
  if (invocation.action == Invocation::Action::demo) {
    Settings settings = invocation.settings;
    settings.channels = demo_channels();
    return run_demo(invocation.demo, std::move(settings),
                    [](const std::string& brokers) { return std::make_shared<DemoFeed>(brokers); });
  }
  return Bridge(invocation.settings, invocation.sources).run();
}

int run(const Invocation& invocation) {
  switch (invocation.action) {
    case Invocation::Action::serve:
    case Invocation::Action::demo: return serve(invocation);
    case Invocation::Action::check: return run_check(invocation.check, invocation.settings);
    case Invocation::Action::health: return run_health(invocation.health);
    case Invocation::Action::tail: return run_tail(invocation.tail);
    case Invocation::Action::produce: return run_produce(invocation.produce);
    case Invocation::Action::load: return run_load(invocation.load);
    case Invocation::Action::print: break;
  }
  std::cout << invocation.text;
  return kExitDone;
}

// What librdkafka or the system refuses names a key or a listener; where that was set is known here. The system may think
// better of it: that is no bad setting.
int run_with_places(const Invocation& invocation) {
  try {
    return run(invocation);
  } catch (const StartError& refused) {
    throw StartError(with_place(invocation.settings, refused.what()));
  } catch (const std::system_error& refused) {
    throw std::runtime_error(with_place(invocation.settings, refused.what()));
  }
}

int guarded(int argc, char** argv) {
  try {
    const int code = run_with_places(parse_command_line(argc, argv, environ));
    flush_output();
    return code;
  } catch (const StartError& error) {
    std::cerr << "tailrace: " << error.what() << '\n';
    return kExitUsage;
  } catch (const std::exception& error) {
    std::cerr << "tailrace: " << error.what() << '\n';
    return kExitFailed;
  }
}

}  // namespace
}  // namespace tailrace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  return tailrace::guarded(argc, argv);
}
