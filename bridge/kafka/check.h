// What passes between the polling thread and the verifier. Values only.
#pragma once

#include "kafka/judge.h"
#include "kafka/undecodable.h"
#include "log/offset.h"

#include <map>
#include <string>
#include <vector>

namespace tailrace {

// Is the topic still the one that was read?
struct CheckRequest {
  std::string topic;
  std::uint64_t generation = 0;  // of the reading: an answer to an earlier one is void
  std::size_t partitions = 0;    // that are read
  std::vector<Claim> claims;     // their bounds still unknown
  std::vector<Partition> undecodable;  // of the claims: what stands next there can't be read
};

struct CheckAnswer {
  std::string topic;
  std::uint64_t generation = 0;
  Finding finding = Finding::fine;
  std::size_t partitions = 0;  // there are now
  std::vector<Claim> claims;   // with their bounds
  std::vector<Verdict> verdicts;
  std::map<Partition, Undecodable> undecodable;
};

// What stands before the places where the reading begins: some records from each partition's root to the last one.
struct LearnRequest {
  std::string topic;
  std::uint64_t generation = 0;
  std::vector<std::pair<Partition, Offset>> starts;
  int tries = 0;
};

struct LearnAnswer {
  std::string topic;
  std::uint64_t generation = 0;
  std::map<Partition, std::vector<Anchor>> anchors;  // oldest first; may hold one twice
};

}  // namespace tailrace
