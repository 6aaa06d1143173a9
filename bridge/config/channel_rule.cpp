#include "config/channel_rule.h"

#include <set>

namespace tailrace {

namespace {

const char* mode_word(ValueMode mode) {
  switch (mode) {
    case ValueMode::json: return "json";
    case ValueMode::text: return "text";
    case ValueMode::base64: return "base64";
  }
  return "";
}

// What {topic} or {1} stands for; nullopt where it stands for nothing.
std::optional<std::string> placeholder(std::string_view word, const std::string& topic, const std::smatch& groups) {
  if (word == "topic") return topic;
  if (word.size() != 1 || word[0] < '1' || word[0] > '9') return std::nullopt;
  const auto group = static_cast<std::size_t>(word[0] - '0');
  if (group >= groups.size()) return std::nullopt;
  return groups[group].str();
}

std::string fill_template(const std::string& name, const std::string& topic, const std::smatch& groups) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto close = name[i] == '{' ? name.find('}', i) : std::string::npos;
    const auto word = close == std::string::npos
                          ? std::nullopt
                          : placeholder(std::string_view(name).substr(i + 1, close - i - 1), topic, groups);
    out += word ? *word : std::string(1, name[i]);
    if (word) i = close;
  }
  return out;
}

std::regex compile(const ChannelRule& rule) {
  return rule.is_pattern() ? std::regex(rule.topic, std::regex::ECMAScript | std::regex::optimize) : std::regex();
}

}  // namespace

std::string channel_definition(const ChannelRule& rule) { return std::string("value=") + mode_word(rule.value); }

ChannelRules::ChannelRules(std::vector<ChannelRule> rules) : rules_(std::move(rules)) {
  for (const auto& rule : rules_) patterns_.push_back(compile(rule));
}

bool ChannelRules::has_pattern() const {
  for (const auto& rule : rules_)
    if (rule.is_pattern()) return true;
  return false;
}

std::optional<std::string> ChannelRules::name_for(std::size_t index, const std::string& topic) const {
  const auto& rule = rules_[index];
  std::smatch groups;
  const bool matches = rule.is_pattern()
                           ? !topic.starts_with("__") && std::regex_search(topic, groups, patterns_[index])
                           : rule.topic == topic;
  if (!matches) return std::nullopt;
  return fill_template(rule.name, topic, groups);
}

std::vector<ChannelRules::Match> ChannelRules::match(const std::vector<std::string>& topics) const {
  std::vector<Match> found;
  std::set<std::string> taken;
  for (std::size_t i = 0; i < rules_.size(); ++i)
    for (const auto& topic : topics) {
      auto name = name_for(i, topic);
      if (name && taken.insert(*name).second) found.push_back({std::move(*name), topic, &rules_[i]});
    }
  return found;
}

}  // namespace tailrace
