// What an error on a partition's queue means for who reads it: classified once, here.
#pragma once

#include <librdkafka/rdkafka.h>

namespace tailrace {

enum class Trouble {
  end,           // the end of the partition: the message's offset is the next one
  out_of_range,  // before the log's beginning or past its end; librdkafka has stopped the partition
  undecodable,   // what stands at the message's offset can't be read; librdkafka may skip wrongly from here on
  no_partition,
  denied,
  passing,  // leaders move, brokers restart: librdkafka goes on by itself
};

Trouble classify(rd_kafka_resp_err_t error);

}  // namespace tailrace
