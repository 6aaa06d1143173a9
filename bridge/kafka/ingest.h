// Reads every topic that has a channel, from where the reading begins, and feeds the logs. No consumer group: each
// bridge reads all it needs. Owned by app; start() begins, destruction stops. Three threads: the poller, which never waits
// for anything but the next record; the scout, which asks Kafka what there is; the verifier, which looks whether it still
// is what it was.
//
//   scout ────┬──sightings──► inbox ──► poller ──events──► feed
//   verifier ─┘ ◄──────requests─────────┘ ▲
//                            librdkafka's queue of messages
#pragma once

#include "base/inbox.h"
#include "kafka/channel_spec.h"
#include "kafka/ingest_limits.h"
#include "kafka/ingest_probe.h"
#include "kafka/poller.h"
#include "kafka/scout.h"
#include "kafka/settings.h"
#include "kafka/verifier.h"
#include "log/feed.h"

#include <thread>
#include <vector>

namespace tailrace {

class Ingest {
 public:
  // Throws StartError where librdkafka refuses the settings or a pattern is none; Kafka being away is no error.
  // `feed` and `probe` must outlive it.
  Ingest(KafkaSettings settings, std::vector<ChannelSpec> specs, IngestLimits limits, Feed& feed, IngestProbe& probe);
  ~Ingest();
  Ingest(const Ingest&) = delete;
  Ingest& operator=(const Ingest&) = delete;

  void start();
  // Other channels from now on: those that stay as they were go on untouched. Throws StartError on a pattern that is none.
  void change(std::vector<ChannelSpec> specs) { scout_.change(std::move(specs)); }

 private:
  Inbox<Sighting> sightings_;
  Verifier verifier_;
  Scout scout_;
  Poller poller_;
  std::jthread thread_;
};

}  // namespace tailrace
