// A consumer handle that reads single partitions from absolute offsets: what probes and page readers are made of. One
// thread at a time.
#pragma once

#include "base/error.h"
#include "kafka/handle.h"
#include "log/offset.h"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace tailrace {

// How much is fetched at once, and how much may lie in the queue before no more is asked for.
struct FetchSizes {
  int fetch_bytes = 256 << 10;
  int queue_kilobytes = 64;
  int statistics_ms = 0;  // who asks for them must be served all the time: they queue up
};

class Fetcher {
 public:
  Fetcher(const KafkaSettings& settings, const FetchSizes& sizes);
  ~Fetcher();

  // Anything queued from an earlier start of the partition is dropped.
  void start(const std::string& topic, Partition partition, Offset offset);
  void stop(const std::string& topic, Partition partition);

  // The next message, error or end of partition, or nothing within the time.
  MessagePtr poll(int timeout_ms);
  // As many as are there, at most `size`, without waiting. The caller owns them.
  std::size_t poll_many(rd_kafka_message_t** messages, std::size_t size);
  std::size_t queued() const { return rd_kafka_queue_length(queue_.get()); }

  // Has the next bytes fetched now if the queue has room. librdkafka before 2.2 looks only once a second whether it has.
  void nudge(const std::string& topic, Partition partition);

  // As ask_partitions(): librdkafka does not tell who waits for a partition that there is none.
  Result<std::vector<std::int32_t>> partitions(const std::string& topic);

  Handle& handle() { return handle_; }

 private:
  rd_kafka_topic_t* topic(const std::string& name);
  void forget_stopped();  // that are so for longer

  Handle handle_;
  QueuePtr queue_;
  std::map<std::string, TopicPtr> topics_;
  struct Stopped {
    std::string topic;
    Partition partition = 0;
    std::chrono::steady_clock::time_point at;
  };
  std::vector<Stopped> stopped_;  // a moment ago
};

}  // namespace tailrace
