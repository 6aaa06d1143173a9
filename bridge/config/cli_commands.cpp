#include "config/cli_commands.h"

#include "config/bridge_url.h"
#include "config/declaration.h"
#include "config/help.h"

#include <algorithm>
#include <initializer_list>

namespace tailrace {

namespace {

using namespace std::chrono_literals;
using Action = Invocation::Action;

constexpr std::uint64_t kMany = 1'000'000'000'000;

CLI::App& add_command(CLI::App& program, Gathered& gathered, const std::string& name, Action action,
                      const std::string& text) {
  auto* command = program.add_subcommand(name, text);
  command->group("Commands")->allow_extras();
  command->get_help_ptr()->group("Flags");
  command->callback([&gathered, action] { gathered.invocation.action = action; });
  return *command;
}

void add_setting(CLI::App& command, Gathered& gathered, const Declaration<Settings>& declaration) {
  auto& texts = gathered.settings[declaration.key];
  const auto text = help_text(declaration);
  if (declaration.metavar.empty()) {
    command.add_flag(declaration.flag, text)->group(declaration.section)->each([&texts](const std::string& word) {
      texts.push_back(word);
    });
    return;
  }
  using Shape = Declaration<Settings>::Shape;
  auto* option = command.add_option(declaration.flag, texts, text)->group(declaration.section);
  option->type_name(declaration.metavar)->allow_extra_args(false);
  if (declaration.shape == Shape::scalar) option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::Throw);
}

void add_config_file(CLI::App& command, Gathered& gathered) {
  command.add_option("-c,--config", gathered.config, "The configuration file, YAML. (or TAILRACE_CONFIG)")
      ->type_name("FILE");
}

// The flags of the settings with these keys; of all where none is named.
void add_settings(CLI::App& command, Gathered& gathered, std::initializer_list<std::string> only = {}) {
  for (const auto& declaration : setting_declarations()) {
    const bool wanted = only.size() == 0 || std::find(only.begin(), only.end(), declaration.key) != only.end();
    if (wanted && !declaration.flag.empty()) add_setting(command, gathered, declaration);
  }
}

template <class T>
CLI::Option* add_value(CLI::App& command, std::string flag, std::string metavar, T& target, Kind<T> kind,
                       std::string text) {
  const auto set = [&target, kind, flag](const std::string& value) {
    const auto parsed = kind.parse(value);
    if (!parsed) throw refusal(flag, "", found_text(Node::scalar("", value)), kind.allowed);
    target = *parsed;
  };
  return command.add_option_function<std::string>(flag, set, std::move(text))->type_name(std::move(metavar));
}

CLI::Option* add_text(CLI::App& command, std::string flag, std::string metavar, std::string& target, std::string text) {
  return command.add_option(std::move(flag), target, std::move(text))->type_name(std::move(metavar));
}

CLI::Option* add_url(CLI::App& command, BridgeUrl& target) {
  const auto parse = [](std::string_view text) {
    const auto url = parse_bridge_url(text);
    return url ? std::optional(*url) : std::nullopt;
  };
  const Kind<BridgeUrl> kind{parse, nullptr, "ws://HOST:PORT/ws, http://HOST:PORT, HOST:PORT or unix:/path", ""};
  return add_value(command, "URL", "URL", target, kind,
                   "The bridge: ws://HOST:PORT/ws, http://HOST:PORT, HOST:PORT or unix:/path.")
      ->required();
}

const char* const kStarts = "live, earliest, -90s, -5m, last:100, a time in Unix milliseconds, or a position (v1.…).";

void add_serve(CLI::App& program, Gathered& gathered) {
  auto& command = add_command(program, gathered, "serve", Action::serve, "Run the bridge.");
  add_config_file(command, gathered);
  add_settings(command, gathered);
  command.preparse_callback([&gathered](std::size_t) { gathered.needs_settings = gathered.needs_topics = gathered.listens = true; });
  command.footer(
      "Every setting can also stand in the file (stall_timeout: 60s) or in the environment (TAILRACE_STALL_TIMEOUT);\n"
      "those without a flag, the limits among them, only there. A flag is stronger than the environment, that than "
      "the\n"
      "file. SIGHUP reloads topics, channels, origins, limits, log level; SIGTERM drains, a second ends at once.\n"
      "Exit codes: 0 drained and done, 1 failed while running, or an address can't be had, 2 bad arguments or configuration.");
}

void add_demo(CLI::App& program, Gathered& gathered) {
  auto& command = add_command(program, gathered, "demo", Action::demo,
                              "Run a Kafka stand-in, live data and the bridge, all in one. Nothing needed.");
  auto& demo = gathered.invocation.demo;
  add_value(command, "--port", "PORT", demo.port, number_kind<std::uint16_t>(0, 65535), "Of the page. (default: 8080)");
  add_value(command, "--kafka-port", "PORT", demo.kafka_port, number_kind<std::uint16_t>(0, 65535),
            "Where the stand-in is reached on 127.0.0.1. (default: 9092)");
  add_settings(command, gathered, {"admin", "web", "memory", "shards", "warm", "log.level", "log.format"});
  command.preparse_callback([&gathered](std::size_t) { gathered.needs_settings = gathered.listens = true; });
  command.footer(
      "Prints the page's URL, then lines to paste. Ctrl-C ends all of it; nothing is kept.\n"
      "Exit codes: 0 ended by Ctrl-C, 1 failed while running, or a port is taken, 2 bad arguments.");
}

void add_check(CLI::App& program, Gathered& gathered) {
  auto& command =
      add_command(program, gathered, "check", Action::check, "Say what serve would run, and whether it could.");
  add_config_file(command, gathered);
  command.add_flag("--connect", gathered.invocation.check.connect, "Ask Kafka: brokers, topics, rights.");
  command.add_flag("--print-schema", gathered.print_schema, "Print the JSON Schema of the file and do nothing else.");
  command.add_flag("--print-reference", gathered.print_reference,
                   "Print the reference page (Markdown) and do nothing else.");
  add_settings(command, gathered);
  command.preparse_callback([&gathered](std::size_t) { gathered.needs_settings = gathered.needs_topics = gathered.listens = true; });
  command.footer(
      "Exit codes: 0 all is well, 1 Kafka, a topic or a right is missing, 2 bad arguments or configuration.");
}

void add_health(CLI::App& program, Gathered& gathered) {
  auto& command = add_command(program, gathered, "health", Action::health,
                              "Ask a bridge whether it is ready: for container health checks.");
  add_text(command, "ADDRESS", "ADDRESS", gathered.health_address,
           "Of its listener. (default: listen, of the file or the environment)");
  command.add_flag("--live", gathered.live, "Ask whether it lives (/healthz), not whether it is ready (/readyz).");
  add_value(command, "--timeout", "DURATION", gathered.invocation.health.timeout, duration_kind(1ms, 10min),
            "How long to wait for the answer. (default: 5s)");
  add_config_file(command, gathered);
  command.footer("Exit codes: 0 it is, 1 it is not or can't be reached, 2 bad arguments or configuration.");
}

void add_tail(CLI::App& program, Gathered& gathered) {
  auto& command = add_command(program, gathered, "tail", Action::tail, "Print a channel's updates as they come.");
  auto& tail = gathered.invocation.tail;
  add_url(command, tail.url);
  add_text(command, "CHANNEL", "CHANNEL", tail.channel, "The channel.")->required();
  add_text(command, "--from", "START", tail.from, std::string("Where to start: ") + kStarts + " (default: live)");
  add_text(command, "--to", "END", tail.to,
           "Where to end: -5m, a time in Unix milliseconds, or a position. (default: never)");
  command.add_flag("--json", tail.json, "One JSON object a line: partition and update as the bridge sent it.");
  command.footer(
      "Updates go to stdout; gaps, resets and the state of the connection to stderr. It reconnects by itself and\n"
      "goes on where it was. Ctrl-C prints the position to go on from.\n"
      "Exit codes: 0 the end was reached, or Ctrl-C, 1 the bridge refused, 2 bad arguments.");
}

void add_produce(CLI::App& program, Gathered& gathered) {
  auto& command = add_command(program, gathered, "produce", Action::produce,
                              "Send records to Kafka: lines, a load, or the demo's data.");
  auto& produce = gathered.invocation.produce;
  using Source = ProduceOptions::Source;
  const auto generated = [&produce](CLI::Option* option) {
    option->each([&produce](const std::string&) {
      if (produce.source == Source::input) produce.source = Source::generated;
    });
  };
  add_config_file(command, gathered);
  add_settings(command, gathered, {"brokers", "kafka"});
  add_text(command, "--topic", "TOPIC", produce.topic, "Where the records go.");
  const auto many = number_kind<std::uint64_t>(1, kMany);
  generated(add_value(command, "--rate", "N", produce.rate, many, "Records a second. (default: as fast as it goes)"));
  generated(add_value(command, "--size", "BYTES", produce.size, size_kind(1, 16 << 20), "Of a value. (default: 200)"));
  generated(add_value(command, "--keys", "K", produce.keys, many, "Different keys. (default: 16)"));
  generated(add_value(command, "--count", "N", produce.count, many, "Records in all. (default: no end)"));
  generated(add_value(command, "--for", "DURATION", produce.run_for, duration_kind(1ms, 24h * 365),
                      "How long. (default: no end)"));
  command.add_flag_callback(
      "--demo", [&produce] { produce.source = Source::demo; },
      "This machine's metrics and a stream of orders, into the topics metrics and orders.");
  add_value(command, "--back-dated", "DURATION", produce.back_dated, duration_kind(0s, 24h),
            "With --demo: how long ago the data begins. (default: 2m)");
  command.preparse_callback([&gathered](std::size_t) { gathered.needs_settings = true; });
  command.footer(
      "Without --rate, --size, --keys, --count, --for and --demo it sends the lines of stdin: the value, or the key, "
      "a\n"
      "tab and the value. A generated value is JSON with a counter: {\"n\":17,\"sent\":1732147200123,\"pad\":\"…\"}; "
      "the\n"
      "counter is the key's own.\n"
      "Exit codes: 0 all were acknowledged, 1 some were not or no broker answered, 2 bad arguments.");
}

void add_load(CLI::App& program, Gathered& gathered) {
  auto& command = add_command(program, gathered, "load", Action::load, "Be many clients at once, and count.");
  auto& load = gathered.invocation.load;
  add_url(command, load.url);
  add_text(command, "--channel", "CHANNEL", load.channel, "The channel that every client subscribes to.")->required();
  add_value(command, "--clients", "N", load.clients, number_kind<std::uint32_t>(1, 1'000'000),
            "How many. (default: 1)");
  add_text(command, "--from", "START", load.from, std::string("Where each starts: ") + kStarts + " (default: live)");
  add_value(command, "--for", "DURATION", load.run_for, duration_kind(1ms, 24h * 365),
            "How long to read once all are subscribed. (default: until Ctrl-C)");
  add_value(command, "--until-total", "M", load.until_total, number_kind<std::uint64_t>(1, kMany),
            "End after so many updates, all clients together.");
  command.add_flag("--until-live", load.until_live,
                   "End when every client has reached the head it was told when it subscribed.");
  add_value(command, "--cut-for", "DURATION", load.cut_for, duration_kind(1ms, 24h),
            "Once all are subscribed: cut them off, stay away so long, return all at once with their positions and "
            "measure until all are live.");
  add_value(command, "--pid", "PID", load.watch_pid, number_kind<std::uint32_t>(1, 4'194'304),
            "The bridge's process on this machine: report its CPU time and memory too.");
  add_value(command, "--ramp", "N", load.ramp, number_kind<std::uint32_t>(1, 1'000'000),
            "New connections a second. (default: 2000)");
  command.add_flag("--json", load.json, "The summary as one JSON object.");
  command.footer(
      "Checks every client's chain (from equals the next before it, offsets ascend), the counter of values as produce\n"
      "makes them, per key, and takes latency from the records' timestamps. A client that is cut off comes back\n"
      "with its position. Progress goes to stderr, the summary to stdout.\n"
      "Exit codes: 0 nothing lost, nothing twice, 1 otherwise or a client was refused, 2 bad arguments.");
}

void add_help(CLI::App& program, Gathered& gathered) {
  auto& command = add_command(program, gathered, "help", Action::print, "Say more about a command.");
  add_text(command, "COMMAND", "COMMAND", gathered.help_about, "Which one.");
}

}  // namespace

void add_commands(CLI::App& program, Gathered& gathered) {
  add_serve(program, gathered);
  add_demo(program, gathered);
  add_check(program, gathered);
  add_health(program, gathered);
  add_tail(program, gathered);
  add_produce(program, gathered);
  add_load(program, gathered);
  add_help(program, gathered);
}

}  // namespace tailrace
