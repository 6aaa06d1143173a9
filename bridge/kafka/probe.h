// Reads single records at known places, many partitions at once: what stands at an anchor, the last record before a place,
// whether an offset can be read at all. One thread at a time; blocking.
#pragma once

#include "kafka/fetcher.h"
#include "log/record.h"

#include <atomic>
#include <string>
#include <unordered_map>
#include <vector>

namespace tailrace {

// Of a partition's records in [from, until), one is wanted.
struct ProbeRange {
  enum class Which { first, last, trouble };  // trouble: read on to what can't be read
  Partition partition = 0;
  Offset from = 0;
  Offset until = 0;
  Which which = Which::last;
};

struct Probed {
  enum class Kind {
    record,
    nothing,       // none in the range
    out_of_range,  // `from` lies before the log's beginning or past its end
    undecodable,   // the batch that begins at `offset` can't be read; kUnknown: nobody says where it begins
    no_partition,
    unavailable,   // no answer in time
  };
  Kind kind = Kind::unavailable;
  Offset offset = kUnknown;  // of the record; of the end where it was met
  std::uint32_t fingerprint = 0;
  Millis timestamp = 0;
  bool silent_inside = false;  // undecodable: who asks for an offset inside that batch gets no answer at all
  Offset standing = kUnknown;  // undecodable, and nobody says where it begins: nothing gets beyond this
};

class Probe {
 public:
  // `stopping` ends a wait early. With kSeesStandstill one that is only asked of one partition notices a batch that
  // librdkafka is silent about; it must not live on unused.
  static constexpr int kSeesStandstill = 200;
  Probe(const KafkaSettings& settings, const std::atomic<bool>& stopping, int statistics_ms = 0);

  // One answer per range; at most one range per partition.
  std::vector<Probed> look(const std::string& topic, const std::vector<ProbeRange>& ranges, int patience_ms);
  Probed look(const std::string& topic, const ProbeRange& range, int patience_ms);

  Result<std::vector<std::int32_t>> partitions(const std::string& topic) { return fetcher_.partitions(topic); }
  Handle& handle() { return fetcher_.handle(); }

 private:
  using Open = std::unordered_map<Partition, std::size_t>;  // the ranges that still want an answer

  void drop_lacking(const std::string& topic, Open& open, std::vector<Probed>& found);
  bool take(const rd_kafka_message_t& message, const ProbeRange& range, Probed& probed);
  bool take_record(const rd_kafka_message_t& message, const ProbeRange& range, Probed& probed);
  static void take_undecodable(const Probed& undecodable, const ProbeRange& range, Probed& probed);
  bool take_error(const rd_kafka_message_t& message, const ProbeRange& range, Probed& probed);

  Fetcher fetcher_;
  const std::atomic<bool>& stopping_;
  Record record_;
};

}  // namespace tailrace
