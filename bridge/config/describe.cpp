#include "config/describe.h"

#include "config/declaration.h"

#include <algorithm>
#include <array>

namespace tailrace {

namespace {

constexpr std::size_t kKeyWidth = 32;
constexpr std::size_t kValueWidth = 28;

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size() + 1, width), ' ');
  return text;
}

std::string place_of(const Settings& settings, const std::string& key) {
  const auto at = settings.places.find(key);
  return at == settings.places.end() ? "default" : at->second;
}

std::string line(const Settings& settings, const std::string& key, const std::string& value) {
  return padded(key, kKeyWidth) + padded(value.empty() ? "-" : value, kValueWidth) + place_of(settings, key) + "\n";
}

std::string kafka_lines(const Settings& settings) {
  std::string text;
  for (const auto& [key, value] : settings.kafka)
    text += line(settings, "kafka." + key, is_secret(key) ? "(hidden)" : value);
  return text;
}

// What differs from a plain channel of the topic's name.
std::string channel_line(const ChannelRule& rule) {
  const bool plain = rule.name == "{topic}" && !rule.is_pattern();
  std::string text = "channel " + (plain ? rule.topic : rule.name);
  for (const auto& declaration : channel_declarations()) {
    const bool said = declaration.name() == "name" || (plain && declaration.name() == "topic");
    const auto value = declaration.show(rule);
    if (!said && value != declaration.show(ChannelRule{})) text += ", " + declaration.name() + " " + value;
  }
  return text + "\n";
}

// The key of the listener that could not be had; empty where the refusal is another.
std::string listener_refused(const Settings& settings, const std::string& refusal) {
  const auto names = [&](const ListenAddress& address) {
    return refusal.starts_with("can't listen on " + format_listen_address(address) + ": ");
  };
  return names(settings.listen) ? "listen" : names(settings.admin) ? "admin" : "";
}

std::string with_place_of_listener(const Settings& settings, const std::string& key, const std::string& refusal) {
  const auto at = settings.places.find(key);
  const auto place = at == settings.places.end() ? key : at->second;
  return place + ": " + refusal + "; choose another with " + (place.starts_with("--") ? place : "--" + key);
}

}  // namespace

bool is_secret(const std::string& kafka_key) {
  constexpr std::array kWords{"password", "secret", ".pem", "jaas", "oauthbearer.config"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](const char* word) { return kafka_key.find(word) != std::string::npos; });
}

std::string describe_settings(const Settings& settings) {
  std::string text;
  for (const auto& declaration : setting_declarations()) {
    if (declaration.key == "kafka")
      text += kafka_lines(settings);
    else if (declaration.key != "channels")
      text += line(settings, declaration.key, declaration.show(settings));
  }
  for (const auto& rule : settings.channels) text += channel_line(rule);
  return text;
}

std::string with_place(const Settings& settings, const std::string& refusal) {
  const auto listener = listener_refused(settings, refusal);
  if (!listener.empty()) return with_place_of_listener(settings, listener, refusal);
  const std::string kafka = "kafka: ";
  if (!refusal.starts_with(kafka)) return refusal;
  const auto key = refusal.substr(kafka.size(), refusal.find_first_of(": ", kafka.size()) - kafka.size());
  for (const auto& name : {"kafka." + key, "kafka." + key + ".file"})
    if (const auto at = settings.places.find(name); at != settings.places.end())
      return at->second + ": " + refusal.substr(at->second.starts_with("--") ? kafka.size() : 0);
  return refusal;
}

}  // namespace tailrace
