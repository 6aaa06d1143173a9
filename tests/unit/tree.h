// Files of the tree that tests read: golden frames, tables of cases.
#pragma once

#include <string>

namespace tailrace {

std::string in_tree(const std::string& path);

}  // namespace tailrace
