// A value as it was written, before anyone knows what it means, with the place where it stands. Flags, environment
// and file all become nodes, so that one way leads from there into the settings.
#pragma once

#include "base/error.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tailrace {

struct Node {
  enum class Kind { scalar, list, map, null };

  Kind kind = Kind::null;
  std::string place;  // "tailrace.yaml:7", "--memory", "TAILRACE_MEMORY"
  std::string text;   // of a scalar
  std::vector<Node> items;
  std::vector<std::pair<std::string, Node>> members;  // keys are unique

  static Node scalar(std::string place, std::string text) {
    return {Kind::scalar, std::move(place), std::move(text), {}, {}};
  }
};

// How a node is shown in an error: quoted, escaped, cut; or "a list", "a mapping", "nothing".
std::string found_text(const Node& node);

// The one line of a bad setting: "place: key: found …; allowed: …; did you mean …?". An empty suggestion says nothing.
StartError refusal(const std::string& place, const std::string& key, const std::string& found,
                   const std::string& allowed, const std::string& suggestion = {});

// The nearest of `known` if it is near enough to be meant, else an empty string.
std::string suggest(std::string_view word, const std::vector<std::string>& known);

}  // namespace tailrace
