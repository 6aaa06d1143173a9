// The settings out of their sources: a flag is stronger than the environment, that than the file, that than the
// default.
#pragma once

#include "config/settings.h"

#include <string>
#include <utility>
#include <vector>

namespace tailrace {

struct SettingSources {
  std::string file;                                              // empty: none
  std::vector<std::pair<std::string, std::string>> environment;  // TAILRACE_… only
  std::vector<std::pair<std::string, std::string>> flags;        // key of the setting, text; repeated for a list
  bool listens = false;       // or will: the rules for listeners hold
  bool needs_topics = false;  // at least one topic or channel, else there is nothing to do
};

// Throws StartError with one line: place, key, what was found, what is allowed.
Settings load_settings(const SettingSources& sources);

// The keys that differ between the two and need a restart to take effect.
std::vector<std::string> fixed_changes(const Settings& running, const Settings& wanted);

}  // namespace tailrace
