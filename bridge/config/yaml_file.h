// A YAML file as nodes: what is wrong with it as YAML is refused here, duplicate keys included.
#pragma once

#include "config/node.h"

namespace tailrace {

// The root mapping. Throws StartError.
Node read_yaml_file(const std::string& path);

// The same from text; `name` stands for the file in errors.
Node read_yaml(const std::string& text, const std::string& name);

}  // namespace tailrace
