#include "commands/kafka_check.h"
#include "commands/run.h"
#include "config/cli.h"
#include "config/describe.h"

#include <spdlog/spdlog.h>

#include <cstdio>

namespace tailrace {

int run_check(const CheckOptions& options, const Settings& settings) {
  check_kafka_settings(settings);  // first: a mistyped key would not be known for a secret
  std::fputs(describe_settings(settings).c_str(), stdout);
  if (!options.connect) return kExitDone;
  std::fputs("\n", stdout);
  std::fflush(stdout);
  spdlog::set_level(spdlog::level::off);  // the findings say it
  const auto findings = ask_kafka(settings);
  for (const auto& line : findings.lines) std::fprintf(stdout, "%s\n", line.c_str());
  return findings.good ? kExitDone : kExitFailed;
}

}  // namespace tailrace
