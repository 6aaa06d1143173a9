// Loaded settings as a person reads them. Secrets are never shown.
#pragma once

#include "config/settings.h"

#include <string>

namespace tailrace {

// One line per setting: key, value, and where it was set; then the channels.
std::string describe_settings(const Settings& settings);

// Whether a setting of librdkafka is one not to show.
bool is_secret(const std::string& kafka_key);

// A refusal that comes only when the program begins, of librdkafka ("kafka: sasl.mechanism: …") or of a listener ("can't
// listen on 127.0.0.1:8080: …"), with the place where that was set in front.
std::string with_place(const Settings& settings, const std::string& refusal);

}  // namespace tailrace
