// `tailrace demo`: a broker inside the process, live records in it, and the bridge on top.
#pragma once

#include "config/command_options.h"

#include <functional>
#include <memory>
#include <string>

namespace tailrace {

// Starts to produce to these brokers; the producing ends with the returned pointer.
using StartFeed = std::function<std::shared_ptr<void>(const std::string& brokers)>;

int run_demo(const DemoOptions& options, Settings settings, const StartFeed& start_feed);

}  // namespace tailrace
