// What main calls, one for each command that is not the server. Each returns the exit code (config/cli.h); what keeps
// it from starting is thrown as StartError.
#pragma once

#include "config/command_options.h"

#include <string>

namespace tailrace {

int run_tail(const TailOptions& options);
int run_produce(const ProduceOptions& options);
int run_load(const LoadOptions& options);
int run_check(const CheckOptions& options, const Settings& settings);
int run_health(const HealthOptions& options);

}  // namespace tailrace
