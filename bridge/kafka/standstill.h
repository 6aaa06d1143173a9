// Whether a partition stands where no record will ever come: a batch whose records are none, though its checksum is right.
// librdkafka takes it for one that was cut off and asks for twice as much, again and again, and says nothing. A large
// record costs a few such answers too, and behind a run of aborted ones the place moves on; more of them at one place than
// any record can need are the sign. For a handle that reads one partition.
#pragma once

#include "kafka/handle.h"

namespace tailrace {

class Standstill {
 public:
  bool hopeless(const Handle::Statistics& now) {
    if (now.number == seen_.number) return false;
    const bool moved = began_.number == 0 || now.places != began_.places || now.cut_short < began_.cut_short;
    seen_ = now;
    if (moved) began_ = now;
    return now.cut_short > began_.cut_short + kMost;
  }

 private:
  static constexpr std::uint64_t kMost = 16;  // from the smallest fetch to the largest record are fewer

  Handle::Statistics seen_;
  Handle::Statistics began_;  // when it came to the place
};

}  // namespace tailrace
