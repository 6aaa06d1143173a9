#include "config/yaml_file.h"

#include "base/whole_file.h"

#include <yaml-cpp/yaml.h>

namespace tailrace {

namespace {

constexpr int kDeepest = 20;

std::string place_of(const std::string& name, const YAML::Mark& mark) {
  return mark.is_null() ? name : name + ":" + std::to_string(mark.line + 1);
}

// Turns a document into nodes; knows the file's name for their places, and the key's levels for its own refusals.
class Conversion {
 public:
  explicit Conversion(const std::string& name) : name_(name) {}

  Node convert(const YAML::Node& yaml, const std::string& path, int depth) const {
    const auto place = place_of(name_, yaml.Mark());
    if (depth > kDeepest) throw refusal(place, path, "more than 20 levels", "a few");
    if (yaml.IsMap()) return convert_map(yaml, path, depth);
    if (yaml.IsScalar()) return Node::scalar(place, yaml.Scalar());
    Node node{yaml.IsSequence() ? Node::Kind::list : Node::Kind::null, place, {}, {}, {}};
    for (const auto& item : yaml) node.items.push_back(convert(item, path, depth + 1));
    return node;
  }

 private:
  Node convert_map(const YAML::Node& yaml, const std::string& path, int depth) const {
    Node map{Node::Kind::map, place_of(name_, yaml.Mark()), {}, {}, {}};
    for (const auto& member : yaml) add_member(map, member.first, member.second, path, depth);
    return map;
  }

  void add_member(Node& map, const YAML::Node& key, const YAML::Node& value, const std::string& path, int depth) const {
    const auto place = place_of(name_, key.Mark());
    if (!key.IsScalar()) throw refusal(place, path, "a key that is not text", "plain keys");
    const auto whole = path.empty() ? key.Scalar() : path + "." + key.Scalar();
    for (const auto& member : map.members)
      if (member.first == key.Scalar()) throw refusal(place, whole, "the key a second time", "each key once");
    map.members.emplace_back(key.Scalar(), convert(value, whole, depth + 1));
    map.members.back().second.place = place;  // of the key: an empty value has no place of its own
  }

  const std::string& name_;
};

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
    auto root = documents.empty() ? Node{} : Conversion(name).convert(documents[0], "", 0);
    if (root.kind == Node::Kind::null) return {Node::Kind::map, name, {}, {}, {}};
    if (root.kind != Node::Kind::map) throw refusal(root.place, "", found_text(root), "a mapping of settings");
    return root;
  } catch (const YAML::Exception& broken) {
    throw refusal(place_of(name, broken.mark), "", "broken YAML (" + one_line(broken.msg) + ")", "YAML 1.2");
  }
}

Node read_yaml_file(const std::string& path) {
  const auto text = read_file(path);
  if (!text) throw refusal(path, "", "no readable file (" + text.error().message + ")", "a YAML file");
  return read_yaml(*text, path);
}

}  // namespace tailrace
