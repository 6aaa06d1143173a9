// Record to update: the text a subscriber sees. Pure; one per thread that encodes.
#pragma once

#include "log/channel.h"
#include "log/record.h"

#include <cstdint>
#include <string>

namespace tailrace {

// A larger key is left out beside a placeholder.
inline constexpr std::size_t kMaxKeyBesideOmitted = 1024;

// Updates that are not what their channel expects.
struct MarkedUpdates {
  std::uint64_t text = 0;     // not JSON
  std::uint64_t base64 = 0;   // not UTF-8
  std::uint64_t omitted = 0;  // too large
};

class UpdateWriter {
 public:
  // Appends {"o":…,"t":…,…}. A JSON value stands in it byte for byte; what is not JSON is marked as text or base64;
  // a record larger than the channel allows becomes a placeholder. Never fails.
  void write(const Channel& channel, const Record& record, std::string& out);

  // Since the writer was made.
  const MarkedUpdates& marked() const { return marked_; }

 private:
  void write_value(ValueMode mode, std::string_view value, std::string& out);

  MarkedUpdates marked_;
};

}  // namespace tailrace
