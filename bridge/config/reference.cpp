// The reference page of the settings.
#include "config/help.h"

namespace tailrace {

namespace {

const char* const kOpening =
    R"(# Settings

Made from the program's own table by `tailrace check --print-reference`; a test keeps the two in step. The file's JSON Schema,
for editors, is `schemas/config.schema.json`.

A setting is found in four places; the first that has it wins:

1. a flag: `--stall-timeout 30s` (those that have one),
2. the environment: `TAILRACE_STALL_TIMEOUT=30s`, dots being underscores (`TAILRACE_LIMITS_MESSAGE_RATE`); lists are parted by commas,
3. the file of `-c FILE` or `TAILRACE_CONFIG`, YAML, dots being levels,
4. the default.

```yaml
brokers: [kafka-1:9092, kafka-2:9092]
topics: [metrics, "^app-.*"]
channels:
  - topic: orders
    title: Orders
    units: {amount: €, latency_ms: ms}
kafka:
  security.protocol: SASL_SSL
  sasl.mechanism: SCRAM-SHA-512
  sasl.username: tailrace
  sasl.password.file: /run/secrets/kafka-password
listen: ":8080"
public: true
limits:
  connections_per_address: 200
```

Durations are `500ms`, `30s`, `2m`, `1h`, `7d`; sizes are bytes, or `64K`, `16M`, `1G` with K being 1,024. What is marked *reload* takes effect
on SIGHUP (with `watch: true` also when the file changes); of the rest a reload says that it needs a restart, and changes nothing.

A mistake anywhere ends the start with exit code 2 and one line that says where it is, what was found and what is allowed:

    tailrace: tailrace.yaml:7: stall_timout: found an unknown key; allowed: …; did you mean "stall_timeout"?

**Secrets** need not stand in the file or on the command line: a key of `kafka` that ends in `.file` names a file that holds the value, and
`TAILRACE_KAFKA_SASL_PASSWORD` is the key `sasl.password`. `tailrace check` never shows them. Variables that Kubernetes makes
for a service called `tailrace` (`TAILRACE_PORT`, `TAILRACE_SERVICE_HOST` …) are no settings and are ignored; so is every other variable that does not look like a mistyped setting.
)";

// A cell of a table: bars would end it.
std::string cell(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

template <class Owner>
std::string default_cell(const Declaration<Owner>& declaration) {
  if (!declaration.computed.empty()) return declaration.computed;
  const auto standard = declaration.show(Owner{});
  return standard.empty() ? "" : "`" + standard + "`";
}

template <class Owner>
std::string row(const Declaration<Owner>& declaration, const std::string& key) {
  auto name = "`" + key + "`";
  if (!declaration.flag.empty()) name += "<br>`" + declaration.flag + "`";
  if (!declaration.fixed) name += "<br>*reload*";
  const auto allowed = declaration.shape == Declaration<Owner>::Shape::records ? "" : " *" + declaration.allowed + "*";
  return "| " + name + " | " + cell(default_cell(declaration)) + " | " + cell(declaration.text + allowed) + " |\n";
}

const char* const kTable = "| setting | default | what it is; *what is allowed* |\n|---|---|---|\n";

std::string channel_table() {
  auto text = "\nAn entry of `channels`:\n\n" + std::string(kTable);
  for (auto declaration : channel_declarations()) {
    declaration.fixed = true;  // said once, of the whole
    text += row(declaration, declaration.name());
  }
  return text;
}

}  // namespace

std::string config_reference() {
  std::string page = kOpening;
  std::string section;
  for (const auto& declaration : setting_declarations()) {
    if (declaration.section != section) {
      if (section == "Kafka and channels") page += channel_table();
      section = declaration.section;
      page += "\n## " + section + "\n\n" + kTable;
    }
    page += row(declaration, declaration.key);
  }
  return page;
}

}  // namespace tailrace
