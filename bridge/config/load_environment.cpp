#include "config/load_steps.h"

#include "config/declaration.h"

#include <cctype>

namespace tailrace {

namespace {

const std::string kPrefix = "TAILRACE_";

std::string upper_case(std::string text) {
  for (auto& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

// A Kubernetes service called "tailrace" puts TAILRACE_PORT and its like into every pod.
bool is_service_variable(const std::string& name) {
  return name.ends_with("_SERVICE_HOST") || name.ends_with("_PORT") ||
         name.find("_SERVICE_PORT") != std::string::npos || name.find("_PORT_") != std::string::npos;
}

// TAILRACE_KAFKA_SASL_PASSWORD → sasl.password; empty where it can't be one: but for a few, librdkafka's keys have two
// words or more.
std::string kafka_key(const std::string& variable) {
  static const std::string prefix = kPrefix + "KAFKA_";
  if (!variable.starts_with(prefix)) return {};
  auto key = variable.substr(prefix.size());
  for (auto& c : key) c = c == '_' ? '.' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const bool one_word = key.find('.') == std::string::npos;
  return one_word && key != "acks" && key != "debug" && key != "retries" ? std::string() : key;
}

// The setting that a variable names; null where it names none.
const Declaration<Settings>* setting_of(const std::string& variable) {
  for (const auto& declaration : setting_declarations())
    if (declaration.environment() == variable) return &declaration;
  return nullptr;
}

// Other programs' variables may begin like ours (TAILRACE_CACHE of the scripts): only what looks like a setting that
// was mistyped, or has its place in the file alone, is refused.
void refuse_or_ignore(const std::string& name) {
  std::vector<std::string> known{"CONFIG"};
  for (const auto& declaration : setting_declarations()) {
    if (declaration.environment().empty() && name == kPrefix + upper_case(declaration.key))
      throw refusal(name, "", "a setting of the file", declaration.key + " in the file of -c or TAILRACE_CONFIG");
    if (!declaration.environment().empty()) known.push_back(declaration.environment().substr(kPrefix.size()));
  }
  const auto meant = suggest(name.substr(kPrefix.size()), known);
  if (!meant.empty())
    throw refusal(name, "", "an unknown variable", "TAILRACE_ and the name of a setting", kPrefix + meant);
}

}  // namespace

void set_setting(Settings& settings, const std::string& key, const Node& node) {
  find_setting(key)->set(settings, node);
  settings.places[key] = node.place;
  for (const auto& [name, value] : node.members) settings.places[key + "." + name] = value.place;
}

Node key_value(const Node& node, const std::string& key) {
  const auto equals = node.text.find('=');
  if (equals == std::string::npos || equals == 0) throw refusal(node.place, key, "a text without KEY=", "KEY=VALUE");  // not shown: it may hold a password
  Node map{Node::Kind::map, node.place, {}, {}, {}};
  map.members.emplace_back(node.text.substr(0, equals), Node::scalar(node.place, node.text.substr(equals + 1)));
  return map;
}

void apply_variable(Settings& settings, const std::string& name, const std::string& text) {
  const auto node = Node::scalar(name, text);
  const auto* declaration = setting_of(name);
  if (declaration && declaration->shape == Declaration<Settings>::Shape::map)
    return set_setting(settings, declaration->key, key_value(node, declaration->key));
  if (declaration) return set_setting(settings, declaration->key, node);
  if (name == "TAILRACE_CONFIG" || is_service_variable(name)) return;
  const auto key = kafka_key(name);
  if (key.empty()) return refuse_or_ignore(name);
  set_setting(settings, "kafka", key_value(Node::scalar(name, key + "=" + text), "kafka"));
}

}  // namespace tailrace
