#include "config/help.h"

namespace tailrace {

namespace {

std::string without_ticks(std::string text) {
  std::erase(text, '`');
  return text;
}

}  // namespace

std::string default_text(const Declaration<Settings>& declaration) {
  return declaration.computed.empty() ? declaration.show(Settings{}) : declaration.computed;
}

std::string help_text(const Declaration<Settings>& declaration) {
  auto text = without_ticks(declaration.text);
  const auto standard = default_text(declaration);
  if (!standard.empty()) text += " (default: " + standard + ")";
  return text;
}

}  // namespace tailrace
