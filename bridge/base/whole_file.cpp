#include "base/whole_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace tailrace {

Result<std::string> read_file(const std::string& path) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) return Error{"no_file", std::strerror(errno)};
  std::string text;
  char bytes[4096];
  while (const auto got = std::fread(bytes, 1, sizeof bytes, file.get())) text.append(bytes, got);
  if (std::ferror(file.get())) return Error{"no_file", std::strerror(errno)};  // a folder, for one
  return {boost::system::in_place_value, text};
}

}  // namespace tailrace
