// Produces the demo's records on a thread of its own, until it is destroyed.
#pragma once

#include "commands/dial.h"

#include <string>
#include <thread>

namespace tailrace {

class DemoFeed {
 public:
  explicit DemoFeed(const std::string& brokers);
  ~DemoFeed();

 private:
  Descriptor stop_;
  std::thread thread_;
};

}  // namespace tailrace
