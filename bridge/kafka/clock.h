// The wall clock, where it is read.
#pragma once

#include "log/offset.h"

#include <chrono>

namespace tailrace {

inline Millis unix_millis() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace tailrace
