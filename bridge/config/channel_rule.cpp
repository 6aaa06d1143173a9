#include "config/channel_rule.h"

namespace tailrace {

namespace {

const char* mode_word(ValueMode mode) {
  switch (mode) {
    case ValueMode::json:
      return "json";
    case ValueMode::text:
      return "text";
    case ValueMode::base64:
      return "base64";
  }
  return "";
}

}  // namespace

std::string channel_definition(const ChannelRule& rule) {
  return std::string("value=") + mode_word(rule.value);
}

}  // namespace tailrace
