// What an entry of `channels` can hold, and how the entries become rules.
#include "config/declaration.h"

#include <regex>

namespace tailrace {

namespace {

bool is_word(std::string_view text) {
  return !text.empty() && text.find_first_of(" \t\n") == std::string_view::npos;
}

bool is_anything(std::string_view) {
  return true;
}

bool is_topic_name(std::string_view text) {
  static const std::regex legal("[A-Za-z0-9._-]{1,249}");
  return text != "." && text != ".." && std::regex_match(text.begin(), text.end(), legal);
}

bool is_pattern(std::string_view text) {
  try {
    std::regex compiled(text.begin(), text.end());
    return text.starts_with('^');
  } catch (const std::regex_error&) {
    return false;
  }
}

bool is_topic(std::string_view text) {
  return text.starts_with('^') ? is_pattern(text) : is_topic_name(text);
}

Kind<ValueMode> value_kind() {
  return choice_kind<ValueMode>({{"json", ValueMode::json}, {"text", ValueMode::text}, {"base64", ValueMode::base64}});
}

std::vector<Declaration<ChannelRule>> declare_channel() {
  using R = ChannelRule;
  return {
      scalar<R>({"channels.topic", "", "TOPIC",
                 "The topic, or a `^pattern` that makes one channel of every topic it matches. Topics that begin with "
                 "`__` are matched by their full name only."},
                &R::topic, topic_kind()),
      scalar<R>({"channels.name", "", "TEMPLATE", "The channel's name. `{topic}` is the topic's."}, &R::name,
                text_kind("a name without blanks", is_word, kTextSchema)),
      scalar<R>({"channels.value", "", "MODE",
                 "How values travel: as JSON (what is not JSON is marked), as text, or as base64."},
                &R::value, value_kind()),
      scalar<R>({"channels.max_value", "", "SIZE", "A larger record travels as a placeholder that states its size."},
                &R::max_value, size_kind(1 << 10, 16 << 20)),
      scalar<R>({"channels.title", "", "TEXT", "What the page calls the channel."}, &R::title,
                text_kind("text", is_anything, kTextSchema)),
      dictionary<R>({"channels.units", "", "FIELD: UNIT", "Units of numeric fields, shown by the page: `cpu: \"%\"`."},
                    &R::units, "a mapping of field to unit"),
      list<R>({"channels.fields", "", "FIELD",
               "The fields that the page draws first, in this order. Empty: it finds them."},
              &R::fields, text_kind("a field's name", is_word, kTextSchema)),
  };
}

std::string show_channels(const Settings& settings) {
  std::string text;
  for (const auto& rule : settings.channels)
    for (const auto& declaration : channel_declarations())
      text += declaration.key + "=" + declaration.show(rule) + "\n";
  return text;
}

std::vector<std::string> channel_keys() {
  std::vector<std::string> keys;
  for (const auto& declaration : channel_declarations()) keys.push_back(declaration.name());
  return keys;
}

void set_channel_key(ChannelRule& rule, const std::string& name, const Node& value) {
  for (const auto& declaration : channel_declarations())
    if (declaration.name() == name) return declaration.set(rule, value);
  throw refusal(value.place, "channels." + name, "an unknown key", choice_text(channel_keys()),
                suggest(name, channel_keys()));
}

std::string place_of(const Node& map, const std::string& name) {
  for (const auto& member : map.members)
    if (member.first == name) return member.second.place;
  return map.place;
}

ChannelRule read_channel(const Node& node) {
  if (node.kind != Node::Kind::map)
    throw refusal(node.place, "channels", found_text(node), "entries with " + choice_text(channel_keys()));
  ChannelRule rule;
  for (const auto& [name, value] : node.members) set_channel_key(rule, name, value);
  if (rule.topic.empty()) throw refusal(node.place, "channels.topic", "nothing", topic_kind().allowed);
  if (rule.is_pattern() && rule.name.find("{topic}") == std::string::npos)
    throw refusal(place_of(node, "name"), "channels.name", found_text(Node::scalar("", rule.name)),
                  "with a pattern, a name with {topic}");
  return rule;
}

std::string own_name(const ChannelRule& rule) {
  return rule.name == "{topic}" ? rule.topic : rule.name;
}

void refuse_second(const std::vector<ChannelRule>& rules, const ChannelRule& rule, const Node& node) {
  for (const auto& other : rules) {
    if (other.topic == rule.topic)
      throw refusal(place_of(node, "topic"), "channels.topic", "\"" + rule.topic + "\" a second time",
                    "one channel for a topic");
    if (!rule.is_pattern() && !other.is_pattern() && own_name(other) == own_name(rule))
      throw refusal(place_of(node, "name"), "channels.name", "\"" + own_name(rule) + "\" a second time",
                    "a name of its own");
  }
}

void set_channels(Settings& settings, const Node& node) {
  if (node.kind != Node::Kind::list) throw refusal(node.place, "channels", found_text(node), "a list of channels");
  settings.channels.clear();
  for (const auto& item : node.items) {
    auto rule = read_channel(item);
    refuse_second(settings.channels, rule, item);
    settings.channels.push_back(std::move(rule));
  }
}

}  // namespace

Declaration<Settings> channels_declaration() {
  Declaration<Settings> made{"channels",
                             "",
                             "",
                             "Channels in full: a list with the keys below. A topic has one channel: of the entry that "
                             "names it, else of the first pattern that fits, `channels` before `topics`.",
                             Declaration<Settings>::Shape::records,
                             "a list of channels"};
  made.set = set_channels;
  made.show = show_channels;
  return std::move(made).reloadable();
}

const std::vector<Declaration<ChannelRule>>& channel_declarations() {
  static const auto all = declare_channel();
  return all;
}

Kind<std::string> topic_kind() {
  return text_kind("a topic's name or a ^pattern (regular expression)", is_topic, kTextSchema);
}

std::vector<Node> list_items(const Node& node) {
  if (node.kind == Node::Kind::list) return node.items;
  std::vector<Node> items;
  std::size_t from = 0;
  while (node.kind == Node::Kind::scalar && from < node.text.size()) {
    auto comma = node.text[from] == '^' ? std::string::npos : node.text.find(',', from);
    comma = std::min(comma, node.text.size());
    items.push_back(Node::scalar(node.place, node.text.substr(from, comma - from)));
    from = comma + 1;
  }
  return items;
}

}  // namespace tailrace
