// Where a page pool's pages come from: one that reads a page at a time and stands where the last one ended. Implemented
// over Kafka (page_reader.h) and, for tests, by hand. One thread at a time; blocking.
#pragma once

#include "log/archive.h"

namespace tailrace {

class PageSource {
 public:
  virtual ~PageSource() = default;

  virtual Result<PagePtr> read(const PageRequest& request) = 0;
  virtual void rest() = 0;   // gives up its place
  virtual void serve() = 0;  // every second or so
};

}  // namespace tailrace
