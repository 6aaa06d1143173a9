// How far what can't be read reaches. librdkafka names a corrupt batch by its first offset, wherever in it one asks, so
// the batch's end is found by asking: exact, and no readable record is skipped. Corrupt batches in a row are one. Where
// the broker can't read it and nobody names it, a readable batch between two such ones, beyond the first records, may be
// taken for a part of them.
#pragma once

#include "kafka/probe.h"

#include <functional>
#include <optional>

namespace tailrace {

struct Undecodable {
  Offset from = 0;  // empty (from == to): it can be read after all, and up to here there is no record
  Offset to = 0;
};

// Asks what comes first at an offset of the partition, and waits no longer than that for it.
using LookFrom = std::function<Probed(Offset, int patience_ms)>;

// What can't be read at `next`, below `stable`; nullopt where Kafka did not answer.
std::optional<Undecodable> find_undecodable(Offset next, Offset stable, const LookFrom& look);

}  // namespace tailrace
