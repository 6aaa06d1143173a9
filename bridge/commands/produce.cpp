#include "commands/interrupt.h"
#include "commands/produce_run.h"
#include "commands/run.h"
#include "config/cli.h"

#include <cstdio>

namespace tailrace {

int run_produce(const ProduceOptions& options) {
  const auto interrupt = interrupt_descriptor();
  ProduceRun run(options, interrupt);
  if (!run.await_kafka()) return kExitFailed;
  switch (options.source) {
    case ProduceOptions::Source::input:
      run.send_input();
      break;
    case ProduceOptions::Source::generated:
      run.send_generated();
      break;
    case ProduceOptions::Source::demo:
      run.send_demo();
      break;
  }
  const bool all = run.finish();
  std::printf("%s\n", run.summary().c_str());
  return all ? kExitDone : kExitFailed;
}

}  // namespace tailrace
