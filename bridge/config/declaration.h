// One setting, declared once: key, flag, text, bounds, and how a written value gets into its owner. The parser, the
// validation, --help, the JSON Schema and the reference page are all read off the declarations. The default is what a
// fresh owner holds.
#pragma once

#include "config/kinds.h"
#include "config/node.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tailrace {

template <class Owner>
struct Declaration {
  enum class Shape { scalar, list, map, records };

  std::string key{};      // "limits.connections"; dots are levels of the file
  std::string flag{};     // "--memory", or empty
  std::string metavar{};  // "SIZE"; empty: the flag takes no value
  std::string text{};     // what it is, in a sentence or two
  Shape shape = Shape::scalar;
  std::string allowed{};
  std::string schema{};    // members of a JSON Schema object
  bool fixed = true;       // needs a restart
  std::string section{};   // its heading in help and reference
  std::string computed{};  // the default in words where it depends on the machine

  std::function<void(Owner&, const Node&)> set{};   // throws StartError
  std::function<std::string(const Owner&)> show{};  // as it would be written; equal texts, equal values

  // The last level of the key.
  std::string name() const { return key.substr(key.rfind('.') + 1); }

  // TAILRACE_LIMITS_CONNECTIONS; empty where the file is the only place.
  std::string environment() const;

  Declaration reloadable() && {
    fixed = false;
    return std::move(*this);
  }
  Declaration computed_default(std::string words) && {
    computed = std::move(words);
    return std::move(*this);
  }
};

template <class Owner>
std::string Declaration<Owner>::environment() const {
  if (shape == Shape::records) return {};
  std::string name = "TAILRACE_";
  for (const char c : key) name += c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return name;
}

// How a declaration reaches its value: &Settings::memory, or in(&Settings::limits, &LimitSettings::connections).
template <class Outer, class Inner, class T>
auto in(Inner Outer::*outer, T Inner::*inner) {
  return [outer, inner](auto& owner) -> auto& { return owner.*outer.*inner; };
}

template <class Access, class Owner>
decltype(auto) reach(const Access& access, Owner& owner) {
  return std::invoke(access, owner);
}

// The items of a list: the written list, or the parts of "a,b".
std::vector<Node> list_items(const Node& node);

struct Naming {
  std::string key;
  std::string flag;
  std::string metavar;
  std::string text;
};

template <class Owner, class Access, class T>
Declaration<Owner> scalar(Naming naming, Access access, Kind<T> kind) {
  Declaration<Owner> made{naming.key, naming.flag, naming.metavar, naming.text};
  made.allowed = kind.allowed;
  made.schema = kind.schema;
  made.set = [key = naming.key, access, kind](Owner& owner, const Node& node) {
    const auto value = node.kind == Node::Kind::scalar ? kind.parse(node.text) : std::nullopt;
    if (!value) throw refusal(node.place, key, found_text(node), kind.allowed);
    reach(access, owner) = *value;
  };
  made.show = [access, kind](const Owner& owner) { return kind.show(reach(access, owner)); };
  return made;
}

template <class Owner, class Access>
Declaration<Owner> list(Naming naming, Access access, Kind<std::string> kind) {
  Declaration<Owner> made{naming.key, naming.flag, naming.metavar, naming.text, Declaration<Owner>::Shape::list};
  made.allowed = "a list, each " + kind.allowed;
  made.schema = R"("type":["array","string"],"items":{)" + kind.schema + "}";
  made.set = [key = naming.key, access, kind, allowed = made.allowed](Owner& owner, const Node& node) {
    if (node.kind == Node::Kind::map) throw refusal(node.place, key, found_text(node), allowed);
    std::vector<std::string> values;
    for (const auto& item : list_items(node)) {
      const auto value = item.kind == Node::Kind::scalar ? kind.parse(item.text) : std::nullopt;
      if (!value) throw refusal(item.place, key, found_text(item), kind.allowed);
      values.push_back(*value);
    }
    reach(access, owner) = std::move(values);
  };
  made.show = [access](const Owner& owner) {
    std::string text;
    for (const auto& value : reach(access, owner)) text += (text.empty() ? "" : ",") + value;
    return text;
  };
  return made;
}

// A mapping of free keys to text.
template <class Owner, class Access>
Declaration<Owner> dictionary(Naming naming, Access access, std::string allowed) {
  Declaration<Owner> made{naming.key, naming.flag, naming.metavar, naming.text, Declaration<Owner>::Shape::map, allowed};
  made.schema = R"("type":"object","additionalProperties":{"type":["string","number","boolean"]})";
  made.set = [key = naming.key, access, allowed](Owner& owner, const Node& node) {
    const bool hide = key == "kafka" && node.kind == Node::Kind::scalar;  // it may hold a password
    if (node.kind != Node::Kind::map) throw refusal(node.place, key, hide ? "a text" : found_text(node), allowed);
    for (const auto& [name, value] : node.members) {
      if (value.kind != Node::Kind::scalar) throw refusal(value.place, key + "." + name, found_text(value), "one text");
      reach(access, owner)[name] = value.text;
    }
  };
  made.show = [access](const Owner& owner) {
    std::string text;
    for (const auto& [name, value] : reach(access, owner)) text += (text.empty() ? "" : ",") + name + "=" + value;
    return text;
  };
  return made;
}

// Every setting, in the order of the reference page; and every key of one entry of `channels`.
const std::vector<Declaration<Settings>>& setting_declarations();
const std::vector<Declaration<ChannelRule>>& channel_declarations();

const Declaration<Settings>* find_setting(const std::string& key);

Declaration<Settings> channels_declaration();
Kind<std::string> topic_kind();

inline constexpr const char* kTextSchema = R"("type":"string")";

}  // namespace tailrace
