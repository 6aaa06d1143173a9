// The steps of load_settings() that stand in files of their own.
#pragma once

#include "config/node.h"
#include "config/settings.h"

#include <string>

namespace tailrace {

// Sets the value and notes where it came from.
void set_setting(Settings& settings, const std::string& key, const Node& node);

// "KEY=VALUE" of a flag or the environment as the mapping it stands for.
Node key_value(const Node& node, const std::string& key);

// One TAILRACE_… variable.
void apply_variable(Settings& settings, const std::string& name, const std::string& text);

}  // namespace tailrace
