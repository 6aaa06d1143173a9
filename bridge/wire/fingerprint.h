// The fingerprint of a record: CRC-32C over timestamp, key length, key, value length, value (schemas/protocol.md).
#pragma once

#include "log/record.h"

#include <string>

namespace tailrace {

std::uint32_t fingerprint(const Record& record);
std::uint32_t fingerprint(Millis timestamp, Bytes key, Bytes value);
std::string fingerprint_text(std::uint32_t fingerprint);  // 8 lower-case hex digits

}  // namespace tailrace
