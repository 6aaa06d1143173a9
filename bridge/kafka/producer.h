// Produces records and counts what became of them. One thread; deliveries are counted while it sends, serves or flushes.
#pragma once

#include "kafka/handle.h"
#include "log/record.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tailrace {

struct NewRecord {
  std::string_view topic;
  Bytes key;
  Bytes value;
  std::vector<std::pair<std::string_view, Bytes>> headers;
  std::optional<Partition> partition;  // else by the key
  Millis timestamp = 0;                // 0 is now
};

class Producer {
 public:
  // Throws StartError where librdkafka refuses the settings.
  explicit Producer(const KafkaSettings& settings);
  ~Producer();  // what is still queued is given up: flush first

  // Whether a broker answers within so long; until then, or until it does, this waits.
  bool answers(int timeout_ms);

  // Copies the record. Waits while the queue is full; nullopt or why it was not taken.
  std::optional<std::string> send(const NewRecord& record);
  void serve() { handle_.serve(); }
  bool flush(int timeout_ms);  // true when nothing is left

  std::uint64_t delivered() const { return delivered_; }
  std::uint64_t failed() const { return failed_; }
  const std::string& trouble() const { return trouble_; }  // of the last that failed
  std::size_t queued() const { return static_cast<std::size_t>(rd_kafka_outq_len(handle_.get())); }
  const std::string& unreachable() const { return handle_.trouble(); }
  bool all_down() const { return handle_.all_down(); }  // each of its brokers refused it

 private:
  void count(const rd_kafka_message_t& message);

  std::uint64_t delivered_ = 0;
  std::uint64_t failed_ = 0;
  std::string trouble_;
  Handle handle_;
};

}  // namespace tailrace
