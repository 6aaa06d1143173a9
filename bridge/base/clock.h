// Unix time in milliseconds, for what is told to people and clients; durations use steady_clock.
#pragma once

#include <chrono>
#include <cstdint>

namespace tailrace {

inline std::int64_t now_millis() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

inline std::int64_t steady_millis() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

}  // namespace tailrace
