#include "app/page_info.h"

#include "wire/json_text.h"

#include <algorithm>
#include <regex>

namespace tailrace {

namespace {

// The rule that made the topic's channel: the one that names it, else the first pattern that fits.
const ChannelRule* rule_of(const Settings& settings, const std::string& topic) {
  const auto names = [&](const ChannelRule& rule) { return rule.topic == topic; };
  const auto fits = [&](const ChannelRule& rule) {
    return rule.is_pattern() && std::regex_search(topic, std::regex(rule.topic));
  };
  auto at = std::find_if(settings.channels.begin(), settings.channels.end(), names);
  if (at == settings.channels.end()) at = std::find_if(settings.channels.begin(), settings.channels.end(), fits);
  return at == settings.channels.end() ? nullptr : &*at;
}

void append_member(std::string& out, std::string_view key, std::string_view value) {
  out += out.back() == '{' ? "" : ",";
  append_json_string(out, key);
  out += ':';
  append_json_string(out, value);
}

void append_hints(std::string& out, const ChannelRule& rule) {
  if (!rule.title.empty()) append_member(out, "title", rule.title);
  if (!rule.units.empty()) {
    out += ",\"units\":{";
    for (const auto& [field, unit] : rule.units) append_member(out, field, unit);
    out += '}';
  }
  if (rule.fields.empty()) return;
  out += ",\"fields\":[";
  for (const std::string& field : rule.fields) {
    if (out.back() != '[') out += ',';
    append_json_string(out, field);
  }
  out += ']';
}

}  // namespace

std::string page_info_json(const Settings& settings, const std::string& demo_program, const std::vector<ChannelSummary>& channels) {
  std::string out = "{";
  append_member(out, "kafka", settings.kafka_address);
  out += demo_program.empty() ? ",\"demo\":false" : ",\"demo\":true";
  if (!demo_program.empty()) append_member(out, "program", demo_program);
  out += ",\"channels\":[";
  for (const ChannelSummary& channel : channels) {
    out += out.back() == '[' ? "{" : ",{";
    append_member(out, "name", channel.name);
    append_member(out, "topic", channel.topic);
    if (const ChannelRule* rule = rule_of(settings, channel.topic)) append_hints(out, *rule);
    out += '}';
  }
  return out + "]}\n";
}

}  // namespace tailrace
