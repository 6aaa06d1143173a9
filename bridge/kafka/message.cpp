#include "kafka/message.h"

namespace tailrace {
namespace {

Bytes bytes(const void* data, std::size_t size) {
  if (!data) return std::nullopt;
  return std::string_view(static_cast<const char*>(data), size);
}

void read_headers(const rd_kafka_message_t& message, Record& record) {
  record.headers.clear();
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0; !rd_kafka_header_get_all(headers, i, &name, &value, &size); ++i)
    record.headers.emplace_back(name, bytes(value, size));
}

}  // namespace

void read_record(const rd_kafka_message_t& message, Record& record) {
  rd_kafka_timestamp_type_t type;
  record.offset = message.offset;
  record.timestamp = rd_kafka_message_timestamp(&message, &type);
  record.key = bytes(message.key, message.key_len);
  record.value = bytes(message.payload, message.len);
  read_headers(message, record);
}

}  // namespace tailrace
