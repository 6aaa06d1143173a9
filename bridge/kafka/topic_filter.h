// Which topics make channels: exact names first, then the patterns in their order; the first that fits decides.
// Internal topics (__*) only by their exact name.
#pragma once

#include "kafka/channel_spec.h"

#include <optional>
#include <regex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tailrace {

class TopicFilter {
 public:
  explicit TopicFilter(const std::vector<ChannelSpec>& specs);  // throws StartError on a pattern that is none

  std::optional<std::size_t> spec_of(const std::string& topic) const;
  bool has_patterns() const { return !patterns_.empty(); }
  const std::unordered_map<std::string, std::size_t>& named() const { return named_; }

 private:
  std::unordered_map<std::string, std::size_t> named_;
  std::vector<std::pair<std::regex, std::size_t>> patterns_;
};

}  // namespace tailrace
