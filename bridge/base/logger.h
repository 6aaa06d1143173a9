// The diagnostics: spdlog on stderr, as lines for people or one JSON object per line. Control characters in messages are
// escaped, so that nothing foreign forges a line. Set up once by main; the level may change at run time, from any thread.
#pragma once

#include <string>

namespace tailrace {

void set_up_logger(bool json);
void set_log_level(const std::string& level);

}  // namespace tailrace
