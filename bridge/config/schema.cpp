// The JSON Schema of the configuration file, for editors.
#include "config/help.h"

namespace tailrace {

namespace {

std::string json_text(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

// One member of "properties", on one line.
template <class Owner>
std::string property(const Declaration<Owner>& declaration, const std::string& indent) {
  auto line = indent + json_text(declaration.name()) + ": {\"description\": " + json_text(declaration.text);
  const auto standard = declaration.computed.empty() ? declaration.show(Owner{}) : std::string();
  const bool plain = declaration.shape == Declaration<Owner>::Shape::scalar && !standard.empty();
  const bool bare =
      declaration.schema.starts_with(R"("type":"integer")") || declaration.schema == R"("type":"boolean")";
  if (plain) line += ", \"default\": " + (bare ? standard : json_text(standard));
  return line + ", " + declaration.schema + "}";
}

std::string join(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += (text.empty() ? "" : ",\n") + line;
  return text;
}

std::string object(const std::string& indent, const std::vector<std::string>& properties,
                   const std::string& more = {}) {
  return "\"type\": \"object\",\n" + indent + "\"additionalProperties\": false,\n" + more + indent +
         "\"properties\": {\n" + join(properties) + "\n" + indent + "}";
}

std::string channels_property() {
  std::vector<std::string> keys;
  for (const auto& declaration : channel_declarations()) keys.push_back(property(declaration, "          "));
  return "    \"channels\": {\n      \"description\": " + json_text(channels_declaration().text) +
         ",\n      \"type\": \"array\",\n      \"items\": {\n        " +
         object("        ", keys, "        \"required\": [\"topic\"],\n") + "\n      }\n    }";
}

std::string group_property(const std::string& group) {
  std::vector<std::string> keys;
  for (const auto& declaration : setting_declarations())
    if (declaration.key.starts_with(group + ".")) keys.push_back(property(declaration, "        "));
  return "    " + json_text(group) + ": {\n      " + object("      ", keys) + "\n    }";
}

std::vector<std::string> properties() {
  std::vector<std::string> lines;
  std::string last;
  for (const auto& declaration : setting_declarations()) {
    const auto dot = declaration.key.find('.');
    const auto group = dot == std::string::npos ? std::string() : declaration.key.substr(0, dot);
    if (declaration.key == "channels")
      lines.push_back(channels_property());
    else if (group.empty())
      lines.push_back(property(declaration, "    "));
    else if (group != last)
      lines.push_back(group_property(group));
    last = group;
  }
  return lines;
}

}  // namespace

std::string config_schema() {
  return "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n  \"title\": \"Tailrace's configuration "
         "file\",\n  " +
         object("  ", properties()) + "\n}\n";
}

}  // namespace tailrace
