#include "kafka/kafka_archive.h"

#include "kafka/page_reader.h"

namespace tailrace {

namespace {

PagePool::MakeReader readers_of(const KafkaSettings& settings, ArchiveProbe& probe) {
  return [&](const std::atomic<bool>& stopping) { return std::make_unique<PageReader>(settings, probe, stopping); };
}

}  // namespace

KafkaArchive::KafkaArchive(const KafkaSettings& settings, std::size_t readers, ArchiveProbe& probe)
    : pages_(readers_of(settings, probe), readers, probe), questions_(settings, probe), anchors_(settings, probe) {}

KafkaArchive::~KafkaArchive() = default;

void KafkaArchive::read(PageRequest request, std::function<void(Result<PagePtr>)> done) {
  pages_.read(std::move(request), std::move(done));
}

void KafkaArchive::bounds(ChannelPtr channel, std::function<void(Result<std::vector<Bounds>>)> done) {
  questions_.bounds(std::move(channel), std::move(done));
}

void KafkaArchive::times(ChannelPtr channel, std::vector<Millis> at, std::function<void(Result<TimeOffsets>)> done) {
  questions_.times(std::move(channel), std::move(at), std::move(done));
}

void KafkaArchive::last_before(ChannelPtr channel, std::vector<Place> places,
                               std::function<void(Result<LastUpdates>)> done) {
  anchors_.last_before(std::move(channel), std::move(places), std::move(done));
}

void KafkaArchive::stop() {
  pages_.stop();
  questions_.stop();
  anchors_.stop();
}

}  // namespace tailrace
