#include "kafka/topic_filter.h"

#include "base/error.h"

namespace tailrace {
namespace {

std::regex compile(const std::string& pattern) {
  try {
    return std::regex(pattern, std::regex::ECMAScript | std::regex::optimize);
  } catch (const std::regex_error& error) {
    throw StartError("topic pattern " + pattern + ": " + error.what());
  }
}

}  // namespace

TopicFilter::TopicFilter(const std::vector<ChannelSpec>& specs) {
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (specs[i].is_pattern())
      patterns_.emplace_back(compile(specs[i].topic), i);
    else
      named_.emplace(specs[i].topic, i);
  }
}

std::optional<std::size_t> TopicFilter::spec_of(const std::string& topic) const {
  if (const auto found = named_.find(topic); found != named_.end()) return found->second;
  if (topic.starts_with("__")) return std::nullopt;
  for (const auto& [pattern, spec] : patterns_)
    if (std::regex_search(topic, pattern)) return spec;
  return std::nullopt;
}

}  // namespace tailrace
