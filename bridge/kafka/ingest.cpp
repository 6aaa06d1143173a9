#include "kafka/ingest.h"

namespace tailrace {

Ingest::Ingest(KafkaSettings settings, std::vector<ChannelSpec> specs, IngestLimits limits, Feed& feed,
               IngestProbe& probe)
    : sightings_(SIZE_MAX),
      verifier_(settings, probe, [this](Sighting sighting) { sightings_.push(std::move(sighting), 0); }),
      scout_(settings, specs, limits, [this](Sighting sighting) { sightings_.push(std::move(sighting), 0); }),
      poller_(settings, specs, limits.keep, sightings_, feed, probe,
              {[this](CheckRequest request) { verifier_.check(std::move(request)); },
               [this](LearnRequest request) { verifier_.learn(std::move(request)); },
               [this](const std::string& topic, std::size_t partitions) { scout_.restarted(topic, partitions); }}) {}

Ingest::~Ingest() {
  // The poller asks the others, and the others tell into the inbox: it ends first, the inbox last.
  thread_ = {};
}

void Ingest::start() {
  verifier_.start();
  scout_.start();
  thread_ = std::jthread([this](std::stop_token stop) { poller_.run(stop); });
}

}  // namespace tailrace
