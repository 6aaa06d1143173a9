#include "config/load.h"

#include "base/whole_file.h"
#include "config/declaration.h"
#include "config/load_steps.h"
#include "config/machine.h"
#include "config/yaml_file.h"

#include <algorithm>
#include <filesystem>

namespace tailrace {

namespace {

std::vector<std::string> level_keys(const std::string& prefix) {
  std::vector<std::string> keys;
  for (const auto& declaration : setting_declarations()) {
    if (!declaration.key.starts_with(prefix)) continue;
    const auto rest = declaration.key.substr(prefix.size());
    const auto key = prefix + rest.substr(0, rest.find('.'));
    if (keys.empty() || keys.back() != key) keys.push_back(key);
  }
  return keys;
}

bool is_group(const std::string& key) {
  return !find_setting(key) && !level_keys(key + ".").empty();
}

[[noreturn]] void refuse_key(const Node& node, const std::string& key, const std::string& prefix) {
  const auto keys = level_keys(prefix);
  const auto dot = key.find('.', prefix.size());
  const bool dotted = dot != std::string::npos && find_setting(key);
  throw refusal(node.place, key, "an unknown key", choice_text(keys),
                dotted ? key.substr(0, dot) + ": {" + key.substr(dot + 1) + ": …}" : suggest(key, keys));
}

void apply_map(Settings& settings, const Node& map, const std::string& prefix) {
  for (const auto& [name, value] : map.members) {
    const auto key = prefix + name;
    if (find_setting(key) && name.find('.') == std::string::npos) {
      set_setting(settings, key, value);
    } else if (is_group(key)) {
      if (value.kind != Node::Kind::map)
        throw refusal(value.place, key, found_text(value), "a mapping with " + choice_text(level_keys(key + ".")));
      apply_map(settings, value, key + ".");
    } else {
      refuse_key(value, key, prefix);
    }
  }
}

// Repeated flags of a list are one list; anything else is set in turn.
void apply_flag(Settings& settings, const std::string& key, const std::vector<std::string>& texts) {
  const auto* declaration = find_setting(key);
  using Shape = Declaration<Settings>::Shape;
  Node all{Node::Kind::list, declaration->flag, {}, {}, {}};
  for (const auto& text : texts) {
    const auto node = Node::scalar(declaration->flag, text);
    if (declaration->shape == Shape::map) set_setting(settings, key, key_value(node, key));
    if (declaration->shape == Shape::scalar) set_setting(settings, key, node);
    if (declaration->shape != Shape::list) continue;
    for (auto& item : list_items(node)) all.items.push_back(std::move(item));
  }
  if (declaration->shape == Shape::list) set_setting(settings, key, all);
}

void apply_flags(Settings& settings, const SettingSources& sources) {
  std::vector<std::string> done;
  for (const auto& [key, text] : sources.flags) {
    if (std::find(done.begin(), done.end(), key) != done.end()) continue;
    done.push_back(key);
    std::vector<std::string> texts;
    for (const auto& flag : sources.flags)
      if (flag.first == key) texts.push_back(flag.second);
    apply_flag(settings, key, texts);
  }
}

std::string read_secret(const std::string& place, const std::string& key, const std::string& path) {
  const std::string allowed = "a file that holds the value";
  auto text = read_file(path);
  if (!text) throw refusal(place, key, "no readable file (" + text.error().message + ")", allowed);
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  if (text->empty()) throw refusal(place, key, "an empty file", allowed);
  return *text;
}

// sasl.password.file → sasl.password
void read_secret_files(Settings& settings) {
  const std::string suffix = ".file";
  for (auto at = settings.kafka.begin(); at != settings.kafka.end();) {
    const auto [key, path] = *at;
    if (!key.ends_with(suffix)) {
      ++at;
      continue;
    }
    settings.kafka[key.substr(0, key.size() - suffix.size())] =
        read_secret(settings.places["kafka." + key], "kafka." + key, path);
    at = settings.kafka.erase(at);
  }
}

void add_topic_rules(Settings& settings) {
  for (const auto& topic : settings.topics) {
    ChannelRule rule;
    rule.topic = topic;
    settings.channels.push_back(std::move(rule));
  }
}

void fill_computed(Settings& settings) {
  if (settings.memory == 0) settings.memory = default_memory();
  if (settings.shards == 0) settings.shards = default_shards();
  if (settings.limits.connections == 0) settings.limits.connections = default_connections();
  if (settings.kafka_address.empty() && !settings.brokers.empty()) settings.kafka_address = settings.brokers.front();
  if (!settings.places.contains("web")) settings.web = default_web_directory();
}

[[noreturn]] void refuse_setting(const Settings& settings, const std::string& key, const std::string& allowed) {
  const auto at = settings.places.find(key);
  const auto* declaration = find_setting(key);
  const auto found = declaration->show(settings);
  throw refusal(at == settings.places.end() ? "" : at->second, key, found.empty() ? "nothing" : "\"" + found + "\"",
                allowed);
}

// What no setting can say alone.
void check_together(const Settings& settings, bool listens) {
  if (settings.brokers.empty()) refuse_setting(settings, "brokers", "at least one HOST:PORT");
  if (!listens) return;
  if (settings.places.contains("web") && !settings.web.empty() && !std::filesystem::is_directory(settings.web))
    refuse_setting(settings, "web", "a directory that is there, or nothing for no page");
  if (!settings.listen.is_loopback() && !settings.allow_public)
    refuse_setting(settings, "listen", "a loopback address or unix:/path, or any with public: true (--public)");
  if (!settings.admin.is_loopback() && !settings.allow_public)
    refuse_setting(settings, "admin", "a loopback address or unix:/path, or any with public: true (--public)");
  if (settings.listen == settings.admin && (settings.listen.port != 0 || settings.listen.is_unix()))
    refuse_setting(settings, "admin", "another address than listen");
}

}  // namespace

Settings load_settings(const SettingSources& sources) {
  Settings settings;
  if (!sources.file.empty()) apply_map(settings, read_yaml_file(sources.file), "");
  for (const auto& [name, text] : sources.environment)
    if (!text.empty()) apply_variable(settings, name, text);
  apply_flags(settings, sources);
  read_secret_files(settings);
  add_topic_rules(settings);
  fill_computed(settings);
  check_together(settings, sources.listens);
  if (sources.needs_topics && settings.channels.empty())
    refuse_setting(settings, "topics", "at least one topic, or a ^pattern: --topics '^.*' carries them all");
  return settings;
}

std::vector<std::string> fixed_changes(const Settings& running, const Settings& wanted) {
  std::vector<std::string> keys;
  for (const auto& declaration : setting_declarations())
    if (declaration.fixed && declaration.show(running) != declaration.show(wanted)) keys.push_back(declaration.key);
  return keys;
}

}  // namespace tailrace
