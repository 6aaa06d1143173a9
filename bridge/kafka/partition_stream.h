// The messages of one partition, from an offset on, for as long as someone wants them; then of another. Fetches little
// more than is taken, and where it reads ahead, fetches the next piece while the last one is being taken. One thread at a
// time; blocking, but never for longer than a moment.
#pragma once

#include "kafka/fetcher.h"

#include <array>
#include <optional>
#include <string>

namespace tailrace {

class PartitionStream {
 public:
  struct Style {
    FetchSizes sizes;
    bool ahead = false;
  };

  PartitionStream(const KafkaSettings& settings, const Style& style);
  ~PartitionStream();

  void start(const std::string& topic, Partition partition, Offset offset);
  void stop();  // gives up its place and the memory it holds
  bool standing() const { return place_.has_value(); }
  bool stands_at(const std::string& topic, Partition partition, Offset offset) const;
  void leave_at(Offset next) { place_->next = next; }  // everything below was taken

  // The next message or error; nullptr where nothing came for a moment. It stays until pop().
  const rd_kafka_message_t* peek();
  void pop();

  // What Kafka says of its partition: asks, and waits two seconds at most.
  enum class Standing { good, leaderless, lacking };
  Standing standing_of_partition();
  Handle& handle() { return fetcher_.handle(); }

 private:
  struct Place {
    std::string topic;
    Partition partition = 0;
    Offset next = 0;
  };

  void fill();
  void nudge();
  void nudge_in_time();

  Fetcher fetcher_;
  const Style style_;
  std::optional<Place> place_;
  std::array<rd_kafka_message_t*, 512> buffer_;
  std::size_t taken_ = 0;
  std::size_t filled_ = 0;
  std::size_t queued_ = 0;   // when last looked
  bool nudged_ = true;       // since the queue grew last
  int moment_ = 0;           // milliseconds to wait before the next nudge
};

}  // namespace tailrace
