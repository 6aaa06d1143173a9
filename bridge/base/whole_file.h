// A file's content at once.
#pragma once

#include "base/error.h"

#include <string>

namespace tailrace {

// The error says why it can't be read: it is missing, forbidden, a folder.
Result<std::string> read_file(const std::string& path);

}  // namespace tailrace
