// What a poll of librdkafka's queue brings, in the house's own words.
#pragma once

#include "kafka/handle.h"
#include "log/record.h"

namespace tailrace {

// `record` points into `message`. Keeps the vector of headers it already has.
void read_record(const rd_kafka_message_t& message, Record& record);

}  // namespace tailrace
