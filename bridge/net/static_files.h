// The page's files, read once into a table: what is served is what is in it, so no path can lead anywhere else. Immutable
// after loading; shared by all shards.
#pragma once

#include "net/http.h"

#include <map>

namespace tailrace {

class StaticFiles {
 public:
  StaticFiles() = default;
  explicit StaticFiles(const std::string& directory);  // empty, or not there: serves nothing; what can't be read is named in the log

  bool empty() const { return files_.empty(); }
  // `path` begins with a slash; nullopt where there is no such file.
  std::optional<HttpResponse> get(std::string_view path, const std::string& if_none_match) const;

 private:
  struct File {
    std::string type;
    std::string tag;
    std::shared_ptr<const std::string> body;
  };
  std::map<std::string, File, std::less<>> files_;
};

// What every page is served with.
std::vector<std::pair<std::string, std::string>> page_headers();

}  // namespace tailrace
