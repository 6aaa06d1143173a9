// The Archive over Kafka: pages from a pool of readers; bounds, times and anchors on threads of their own, so that they
// never wait behind page reads. Owned by app.
#pragma once

#include "kafka/anchors.h"
#include "kafka/archive_probe.h"
#include "kafka/page_pool.h"
#include "kafka/questions.h"
#include "log/archive.h"

namespace tailrace {

class KafkaArchive : public Archive {
 public:
  // Throws StartError where librdkafka refuses the settings. `probe` must outlive it.
  KafkaArchive(const KafkaSettings& settings, std::size_t readers, ArchiveProbe& probe);
  ~KafkaArchive() override;

  void read(PageRequest request, std::function<void(Result<PagePtr>)> done) override;
  void bounds(ChannelPtr channel, std::function<void(Result<std::vector<Bounds>>)> done) override;
  void times(ChannelPtr channel, std::vector<Millis> at, std::function<void(Result<TimeOffsets>)> done) override;
  void last_before(ChannelPtr channel, std::vector<Place> places,
                   std::function<void(Result<LastUpdates>)> done) override;

  void stop();  // what is unanswered stays so; returns when no answer is under way

 private:
  PagePool pages_;
  Questions questions_;
  Anchors anchors_;
};

}  // namespace tailrace
