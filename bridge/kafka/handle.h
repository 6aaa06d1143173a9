// librdkafka's pointers, each with an owner. A Handle may be used from several threads as librdkafka allows; serve(),
// trouble() and what the callbacks touch belong to the one thread that polls it.
#pragma once

#include "kafka/settings.h"

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tailrace {

template <auto kDestroy>
struct Destroyer {
  template <class T>
  void operator()(T* thing) const { kDestroy(thing); }
};

using TopicPtr = std::unique_ptr<rd_kafka_topic_t, Destroyer<rd_kafka_topic_destroy>>;
using QueuePtr = std::unique_ptr<rd_kafka_queue_t, Destroyer<rd_kafka_queue_destroy>>;
using MessagePtr = std::unique_ptr<rd_kafka_message_t, Destroyer<rd_kafka_message_destroy>>;
using MetadataPtr = std::unique_ptr<const struct rd_kafka_metadata, Destroyer<rd_kafka_metadata_destroy>>;
using TopicPartitionsPtr =
    std::unique_ptr<rd_kafka_topic_partition_list_t, Destroyer<rd_kafka_topic_partition_list_destroy>>;

using Properties = std::vector<std::pair<std::string, std::string>>;

class Handle {
 public:
  // What became of a produced message; called while the handle is served.
  using Delivered = std::function<void(const rd_kafka_message_t&)>;

  // `own` come after the settings' properties and win. Throws StartError with one line where librdkafka refuses.
  Handle(const KafkaSettings& settings, rd_kafka_type_t type, const Properties& own, Delivered delivered = {});
  ~Handle();
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  // A consumer without a group: read_committed, absolute positions only, never a silent jump.
  static Properties consumer_properties(const KafkaSettings& settings);

  rd_kafka_t* get() const { return kafka_.get(); }
  void serve() { rd_kafka_poll(kafka_.get(), 0); }  // runs the callbacks
  const std::string& trouble() const { return callbacks_->trouble; }
  bool all_down() const { return callbacks_->all_down; }  // every broker it knows, when it last said so
  void forget_trouble();

  // Bytes that brokers sent, as of the last statistics; needs statistics.interval.ms. Any thread.
  std::uint64_t received() const { return callbacks_->received.load(std::memory_order_relaxed); }

  struct Statistics {
    std::uint64_t number = 0;     // how many came
    std::uint64_t cut_short = 0;  // answers of brokers whose last batch was not whole
    std::uint64_t places = 0;     // where the partitions are read next, summed up
  };
  const Statistics& statistics() const { return callbacks_->statistics; }  // on the thread that serves

 private:
  struct Callbacks {
    std::string trouble;
    bool all_down = false;
    std::atomic<std::uint64_t> received = 0;
    Statistics statistics;
    Delivered delivered;
  };
  static void on_error(rd_kafka_t*, int error, const char* reason, void* opaque);
  static void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque);
  static int on_statistics(rd_kafka_t*, char* json, std::size_t size, void* opaque);

  std::unique_ptr<Callbacks> callbacks_ = std::make_unique<Callbacks>();
  std::unique_ptr<rd_kafka_t, Destroyer<rd_kafka_destroy>> kafka_;
};

}  // namespace tailrace
