// argv to action to exit code. The only catch-all stands here.
#include "app/bridge.h"
#include "commands/run.h"
#include "config/cli.h"

#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdio>
#include <iostream>
#include <unistd.h>

namespace tailrace {
namespace {

int run(const Invocation& invocation) {
  switch (invocation.action) {
    case Invocation::Action::serve: return Bridge(invocation.settings).run();
    case Invocation::Action::load: return run_load(invocation.load);
    case Invocation::Action::print: std::cout << invocation.text; return kExitDone;
    default: std::cerr << "not built yet\n"; return kExitFailed;
  }
}

int guarded(int argc, char** argv) {
  try {
    return run(parse_command_line(argc, argv, environ));
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
