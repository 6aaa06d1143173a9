// The diagnostics: spdlog on stderr, as lines for people or one JSON object per line. Control characters in messages are
// escaped, so that nothing foreign forges a line. Set up once by main; the level may change at run time.
#pragma once

#include <string>

namespace tailrace {

void set_up_logger(const std::string& level, bool json);

}  // namespace tailrace
