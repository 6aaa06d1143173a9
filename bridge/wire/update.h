// Record to update: the text a subscriber sees. Pure; one per thread that encodes (it keeps a JSON parser's buffers).
#pragma once

#include "log/channel.h"
#include "log/record.h"

#include <memory>
#include <string>

namespace tailrace {

class UpdateWriter {
 public:
  UpdateWriter();
  ~UpdateWriter();

  // Appends {"o":…,"t":…,…}. A JSON value stands in it byte for byte; what is not JSON is marked as text or base64;
  // what is larger than the channel allows becomes a placeholder. Never fails.
  void write(const Channel& channel, const Record& record, std::string& out);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace tailrace
