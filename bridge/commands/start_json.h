// A start or end as a person types it, as the JSON of a subscribe message.
#pragma once

#include <string>
#include <string_view>

namespace tailrace {

// "-5m" → "-5m" in quotes, "last:100" → {"last":100}, "1732147200000" → {"time":…}, "v1.…" → {"position":"…"}.
// `flag` names it in the StartError that is thrown where it is none of these.
std::string start_json(std::string_view text, const std::string& flag);
std::string end_json(std::string_view text, const std::string& flag);

}  // namespace tailrace
