// The declarations as words: for --help, the JSON Schema of the file, the reference page.
#pragma once

#include "config/declaration.h"

#include <string>

namespace tailrace {

// The text of a setting's flag: what it is and its default.
std::string help_text(const Declaration<Settings>& declaration);

std::string config_schema();     // schemas/config.schema.json
std::string config_reference();  // ops/configuration.md

}  // namespace tailrace
