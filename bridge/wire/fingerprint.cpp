#include "wire/fingerprint.h"

#include "wire/crc32c.h"

#include <cstdio>

namespace tailrace {

namespace {

void put_big_endian(char* out, std::uint64_t number, int bytes) {
  for (int i = bytes - 1; i >= 0; --i, number >>= 8) out[i] = static_cast<char>(number);
}

// Kafka's own lengths are 32-bit and signed.
void put_length(char* out, const Bytes& bytes) {
  put_big_endian(out, bytes ? bytes->size() : static_cast<std::uint64_t>(-1), 4);
}

}  // namespace

std::uint32_t fingerprint(Millis timestamp, Bytes key, Bytes value) {
  char head[12];
  put_big_endian(head, static_cast<std::uint64_t>(timestamp), 8);
  put_length(head + 8, key);
  char length[4];
  put_length(length, value);
  auto crc = extend_crc32c(0, {head, sizeof head});
  crc = extend_crc32c(crc, key.value_or(""));
  crc = extend_crc32c(crc, {length, sizeof length});
  return extend_crc32c(crc, value.value_or(""));
}

std::uint32_t fingerprint(const Record& record) {
  return fingerprint(record.timestamp, record.key, record.value);
}

std::string fingerprint_text(std::uint32_t fingerprint) {
  char text[9];
  std::snprintf(text, sizeof text, "%08x", fingerprint);
  return text;
}

}  // namespace tailrace
