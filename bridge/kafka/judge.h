// Is it still the log that was read? Compares what ingest remembers of a topic's partitions with what stands there now.
// Pure but for the function that looks.
#pragma once

#include "kafka/probe.h"
#include "log/archive.h"
#include "log/position.h"

#include <functional>
#include <optional>
#include <vector>

namespace tailrace {

// What ingest has read of a partition.
//
//   anchors       o─────o───o──o─o │ ────o───o──o─o
//                                  ▲ verified      ▲ next
// What stands before `verified` was there when it was looked at last. If that still stands, it is still the same log; if
// not, what was read since may well stand there: of the other log.
struct Claim {
  Partition partition = 0;
  Offset verified = 0;
  Offset next = 0;
  std::vector<Anchor> anchors;  // newest first
  Bounds bounds;                // as Kafka says now; kUnknown while it does not say
  bool thorough = false;        // look at all that was read since, not only at the newest: there may be a lost piece between
};

struct Verdict {
  enum class Kind {
    same,
    unsure,       // nothing is left to compare: compacted away, expired. Accepted
    shorter,      // the log ends before what was read: another log, or a new leader that still catches up
    broken,       // another record stands where one was read
    unavailable,  // no answer
  };
  Partition partition = 0;
  Kind kind = Kind::unavailable;
  Offset common = kUnknown;  // the last record that is known to stand in both
  bool shared = false;       // something from before `verified` stands in both
};

using LookAtRecords = std::function<std::vector<Probed>(const std::vector<ProbeRange>&)>;

// One verdict per claim.
std::vector<Verdict> judge(const std::vector<Claim>& claims, const LookAtRecords& look);

enum class Finding {
  fine,
  doubtful,   // conclusive only if it lasts
  truncated,  // the end of a partition was lost
  recreated,  // it is another topic of the same name
};

// Of a whole topic. `fewer`: it has fewer partitions than were read.
Finding finding_of(const std::vector<Verdict>& verdicts, bool fewer, bool lasting);

}  // namespace tailrace
