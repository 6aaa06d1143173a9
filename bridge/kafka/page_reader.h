// Reads pages, one at a time, and stays where the last one ended, so that the next page of the same partition goes on
// without a new start. Reading on page after page, it changes to a stream that fetches ahead, in larger pieces. One
// thread at a time; blocking.
#pragma once

#include "kafka/archive_probe.h"
#include "kafka/page_builder.h"
#include "kafka/page_source.h"
#include "kafka/partition_stream.h"
#include "kafka/probe.h"
#include "kafka/standstill.h"

#include <atomic>
#include <memory>
#include <optional>
#include <string>

namespace tailrace {

class PageReader final : public PageSource {
 public:
  // `probe` and `stopping`, which ends a wait early, must outlive it.
  PageReader(const KafkaSettings& settings, ArchiveProbe& probe, const std::atomic<bool>& stopping);

  Result<PagePtr> read(const PageRequest& request) override;
  void rest() override;
  void serve() override;  // the handles' callbacks, the count of bytes

 private:
  using Verdict = std::optional<Result<PagePtr>>;  // nullopt: read on

  void stand(const PageRequest& request);
  void start(const PageRequest& request, Offset offset);
  Verdict heed_silence(const PageRequest& request, PageBuilder& page, bool long_silence);
  Verdict take(const rd_kafka_message_t& message, const PageRequest& request, PageBuilder& page);
  Verdict take_error(const rd_kafka_message_t& message, const PageRequest& request, PageBuilder& page);
  Verdict heed_out_of_range(const PageRequest& request, PageBuilder& page);
  Verdict skip_undecodable(const PageRequest& request, PageBuilder& page, Offset from);
  std::optional<Offset> undecodable_before(const PageRequest& request);
  Offset ask(const PageRequest& request, Millis what);  // kStable or kEarliest; kUnknown without an answer
  Probe& records();
  Result<PagePtr> finish(PageBuilder& page, Offset next, bool at_end);
  Result<PagePtr> fail(const char* code, const char* message);

  const KafkaSettings settings_;
  ArchiveProbe& probe_;
  const std::atomic<bool>& stopping_;
  UpdateWriter writer_;
  Record record_;
  PartitionStream single_;
  PartitionStream ahead_;
  PartitionStream* stream_;  // the one that stands, or stood last
  std::unique_ptr<Probe> records_;  // made when something can't be read
  std::uint64_t generation_ = 0;  // of what was read last
  int pages_in_a_row_ = 0;
  int restarts_ = 0;  // while reading one page
  Standstill standstill_;  // of the stream
  std::uint64_t counted_ = 0;  // bytes that the probe knows of
};

}  // namespace tailrace
