#include "tree.h"

namespace tailrace {

std::string in_tree(const std::string& path) { return TAILRACE_SOURCE_DIR "/" + path; }

}  // namespace tailrace
