// How topics become channels: one rule names a topic, or a pattern that makes one channel per topic.
#pragma once

#include "base/error.h"
#include "log/channel.h"

#include <map>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace tailrace {

struct ChannelRule {
  std::string topic;             // a topic, or ^a.pattern
  std::string name = "{topic}";  // of the channel; {topic}, and {1} to {9} for a pattern's groups
  ValueMode value = ValueMode::json;
  std::uint64_t max_value = 1 << 20;

  // Hints for the page.
  std::string title;
  std::map<std::string, std::string> units;  // field → unit
  std::vector<std::string> fields;           // the fields to draw, in this order; empty: by themselves

  bool is_pattern() const { return topic.starts_with('^'); }
  bool operator==(const ChannelRule&) const = default;
};

// The part of a rule that changes what a subscriber sees: it goes into the channel's epoch.
std::string channel_definition(const ChannelRule& rule);

// Rules ready to be asked, thousands of topics at a time.
class ChannelRules {
 public:
  explicit ChannelRules(std::vector<ChannelRule> rules);  // throws std::regex_error

  struct Match {
    std::string name;
    std::string topic;
    const ChannelRule* rule = nullptr;  // lives as long as the ChannelRules
  };

  // The channels over `topics`, in the rules' order; the first rule to give a name has it. Topics that begin with
  // "__" are matched only by their full name.
  std::vector<Match> match(const std::vector<std::string>& topics) const;

  const std::vector<ChannelRule>& rules() const { return rules_; }
  bool has_pattern() const;

 private:
  std::optional<std::string> name_for(std::size_t rule, const std::string& topic) const;

  std::vector<ChannelRule> rules_;
  std::vector<std::regex> patterns_;  // beside rules_; of a plain topic: unused
};

}  // namespace tailrace
