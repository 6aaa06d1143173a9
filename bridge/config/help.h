// The declarations as words: for --help, the JSON Schema of the file, the reference page.
#pragma once

#include "config/declaration.h"

#include <string>

namespace tailrace {

// The text of a setting's flag: what it is, default, environment.
std::string help_text(const Declaration<Settings>& declaration);

// The default as it would be written, or in words; empty where there is none.
std::string default_text(const Declaration<Settings>& declaration);

}  // namespace tailrace
