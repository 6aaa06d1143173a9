#include "kafka/channel_spec.h"

namespace tailrace {

std::string channel_name(const ChannelSpec& spec, const std::string& topic) {
  static const std::string kPlace = "{topic}";
  std::string name = spec.name;
  if (const auto at = name.find(kPlace); at != name.npos) name.replace(at, kPlace.size(), topic);
  return name;
}

}  // namespace tailrace
