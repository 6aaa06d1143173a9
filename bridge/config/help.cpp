#include "config/help.h"

namespace tailrace {

namespace {

std::string without_ticks(std::string text) {
  std::erase(text, '`');
  return text;
}

// The default as it would be written, or in words; empty where there is none.
template <class Owner>
std::string default_text(const Declaration<Owner>& declaration) {
  return declaration.computed.empty() ? declaration.show(Owner{}) : declaration.computed;
}

}  // namespace

std::string help_text(const Declaration<Settings>& declaration) {
  auto text = without_ticks(declaration.text);
  const auto standard = default_text(declaration);
  if (!standard.empty() && !declaration.metavar.empty()) text += " (default: " + standard + ")";
  return text;
}

}  // namespace tailrace
