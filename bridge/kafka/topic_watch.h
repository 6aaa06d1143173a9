// What the scout knows of one topic from look to look: which partitions there are, which of them still need a start.
// Pure; lives on the scout's thread.
#pragma once

#include "kafka/handle.h"
#include "log/offset.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace tailrace {

class TopicWatch {
 public:
  struct Part {
    std::int32_t leader = -1;       // now; -1 is none
    std::int32_t last_leader = -1;  // that was one
    bool fresh = false;    // was not there when the reading began: starts at 0
    bool started = false;
    Offset live = kUnknown;  // answers of the round under way
    Offset start = kUnknown;
    int silent = 0;  // rounds without an answer
    Offset earliest = kUnknown;  // as last told
    Offset stable = kUnknown;
    Offset held_at = kUnknown;   // the last stable offset that the end stands above
    Millis held_since = 0;       // by the steady clock
    bool held_told = false;

    bool led() const { return leader >= 0; }
    void answered(Offset end);
  };

  // `fresh`: the topic was not there at the first look.
  TopicWatch(std::size_t spec, bool fresh) : spec_(spec), fresh_(fresh) {}

  std::size_t spec() const { return spec_; }
  void set_spec(std::size_t spec) { spec_ = spec; }
  std::vector<Part>& parts() { return parts_; }
  const std::vector<Part>& parts() const { return parts_; }
  bool begun() const { return begun_; }
  bool refused() const { return refused_; }
  bool settled() const { return begun_ || refused_; }

  // What is suspicious about it, if anything: it may not be the topic that was seen before.
  const char* see(const rd_kafka_metadata_topic& topic);
  bool see_missing();   // true when it is sure enough to begin an empty channel
  bool see_refused();   // true the first time
  std::optional<bool> take_presence();  // whether Kafka has it, where that is news

  bool needs_asking(const Part& part) const { return !part.started && !part.fresh && part.led(); }

  // It is another topic now, of which everything is being read.
  void restart(std::size_t partitions);

  // The starts that are known now; marks them started. The first call begins the channel, if anything is known.
  bool ready_to_begin() const;
  void begin(Offsets& start, Offsets& live);
  std::vector<std::pair<Partition, Offset>> take_starts();

 private:
  std::size_t spec_;
  bool fresh_;
  bool begun_ = false;
  bool refused_ = false;
  int missing_ = 0;  // looks in a row
  bool told_missing_ = false;
  std::vector<Part> parts_;
};

}  // namespace tailrace
