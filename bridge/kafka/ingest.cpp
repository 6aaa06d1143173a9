#include "kafka/ingest.h"

namespace tailrace {

Ingest::Ingest(KafkaSettings settings, std::vector<ChannelSpec> specs, IngestLimits limits, Feed& feed,
               IngestProbe& probe)
    : sightings_(SIZE_MAX),
      poller_(settings, specs, limits.keep, sightings_, feed, probe),
      scout_(settings, specs, limits.warm, [this](Sighting sighting) { sightings_.push(std::move(sighting), 0); }) {}

Ingest::~Ingest() = default;

void Ingest::start() {
  thread_ = std::jthread([this](std::stop_token stop) { poller_.run(stop); });
  scout_.start();
}

}  // namespace tailrace
