// CRC-32C (Castagnoli): by the processor's own instruction where it has one, else by a table.
#pragma once

#include <cstdint>
#include <string_view>

namespace tailrace {

// The checksum of what gave `crc` followed by `data`; 0 is the checksum of nothing.
std::uint32_t extend_crc32c(std::uint32_t crc, std::string_view data);

// The same on any processor.
std::uint32_t extend_crc32c_portable(std::uint32_t crc, std::string_view data);

}  // namespace tailrace
