#include "config/yaml_file.h"

#include <yaml-cpp/yaml.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace tailrace {

namespace {

constexpr int kDeepest = 20;

std::string place_of(const std::string& name, const YAML::Mark& mark) {
  return mark.is_null() ? name : name + ":" + std::to_string(mark.line + 1);
}

Node convert(const YAML::Node& yaml, const std::string& name, int depth);

void add_member(Node& map, const YAML::Node& key, Node value, const std::string& name) {
  const auto place = place_of(name, key.Mark());
  if (!key.IsScalar()) throw refusal(place, "", "a key that is not text", "plain keys");
  for (const auto& member : map.members)
    if (member.first == key.Scalar()) throw refusal(place, key.Scalar(), "the key a second time", "each key once");
  value.place = place;  // of the key: an empty value has no place of its own
  map.members.emplace_back(key.Scalar(), std::move(value));
}

Node convert_map(const YAML::Node& yaml, const std::string& name, int depth) {
  Node map{Node::Kind::map, place_of(name, yaml.Mark()), {}, {}, {}};
  for (const auto& member : yaml) add_member(map, member.first, convert(member.second, name, depth + 1), name);
  return map;
}

Node convert(const YAML::Node& yaml, const std::string& name, int depth) {
  const auto place = place_of(name, yaml.Mark());
  if (depth > kDeepest) throw refusal(place, "", "more than 20 levels", "a few");
  if (yaml.IsMap()) return convert_map(yaml, name, depth);
  if (yaml.IsScalar()) return Node::scalar(place, yaml.Scalar());
  Node node{yaml.IsSequence() ? Node::Kind::list : Node::Kind::null, place, {}, {}, {}};
  for (const auto& item : yaml) node.items.push_back(convert(item, name, depth + 1));
  return node;
}

std::string one_line(std::string text) {
  for (auto& c : text)
    if (c == '\n' || c == '\r') c = ' ';
  return text;
}

}  // namespace

Node read_yaml(const std::string& text, const std::string& name) {
  try {
    const auto documents = YAML::LoadAll(text);
    if (documents.size() > 1)
      throw refusal(place_of(name, documents[1].Mark()), "", "a second document", "one document");
    auto root = documents.empty() ? Node{} : convert(documents[0], name, 0);
    if (root.kind == Node::Kind::null) return {Node::Kind::map, name, {}, {}, {}};
    if (root.kind != Node::Kind::map) throw refusal(root.place, "", found_text(root), "a mapping of settings");
    return root;
  } catch (const YAML::Exception& broken) {
    throw refusal(place_of(name, broken.mark), "", "broken YAML (" + one_line(broken.msg) + ")", "YAML 1.2");
  }
}

Node read_yaml_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) throw refusal(path, "", std::string("no readable file (") + std::strerror(errno) + ")", "a YAML file");
  return read_yaml(text.str(), path);
}

}  // namespace tailrace
