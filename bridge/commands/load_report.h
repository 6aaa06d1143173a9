// The summary of a load: a line for people, or one JSON object.
#pragma once

#include "commands/load_run.h"

#include <string>

namespace tailrace {

std::string load_line(const LoadTally& tally, const LoadOutcome& outcome);
std::string load_json(const LoadTally& tally, const LoadOutcome& outcome, std::uint32_t clients);

}  // namespace tailrace
