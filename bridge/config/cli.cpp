#include "config/cli.h"

#include "config/cli_commands.h"
#include "config/cli_format.h"
#include "config/declaration.h"
#include "config/help.h"

#include <algorithm>
#include <memory>

namespace tailrace {

namespace {

using Action = Invocation::Action;

const char* const kVersion = "tailrace " TAILRACE_VERSION;

std::unique_ptr<CLI::App> make_program(Gathered& gathered) {
  auto program = std::make_unique<CLI::App>("Tailrace: Kafka topics, live in the browser.", "tailrace");
  program->formatter(std::make_shared<HelpFormat>());
  program->get_formatter()->label("Positionals", "Arguments");
  program->option_defaults()->group("Flags");
  program->set_help_flag("-h,--help", "Print this.");
  program->set_version_flag("--version", kVersion, "Print the version.");
  program->allow_extras();
  program->require_subcommand(0, 1);  // what follows a command is no command: channels may be called so
  add_commands(*program, gathered);
  program->footer(
      "First look:      tailrace demo\nYour own topics: tailrace serve --brokers localhost:9092 --topics '^.*'");
  return program;
}

std::vector<std::string> command_names(const CLI::App& program) {
  std::vector<std::string> names;
  for (const auto* command : program.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

std::vector<std::string> flag_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const auto* option : command.get_options())
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

[[noreturn]] void refuse_command(const CLI::App& program, const std::string& word) {
  const auto names = command_names(program);
  throw refusal(word, "", "an unknown command", choice_text(names), suggest(word, names));
}

// What no option wanted.
void refuse_extras(const CLI::App& program) {
  const auto own = program.remaining();
  if (!own.empty()) refuse_command(program, own.front());
  for (const auto* command : program.get_subcommands()) {
    const auto extras = command->remaining();
    if (extras.empty()) continue;
    const auto word = extras.front().substr(0, extras.front().find('='));
    if (!word.starts_with('-'))
      throw refusal(word, "", "one word too many", "see tailrace " + command->get_name() + " --help");
    throw refusal(word, "", "an unknown flag", "see tailrace " + command->get_name() + " --help",
                  suggest(word, flag_names(*command)));
  }
}

void gather_environment(SettingSources& sources, const char* const* environment) {
  for (; *environment; ++environment) {
    const std::string_view variable(*environment);
    const auto equals = variable.find('=');
    if (!variable.starts_with("TAILRACE_") || equals == std::string_view::npos) continue;
    sources.environment.emplace_back(variable.substr(0, equals), variable.substr(equals + 1));
    if (variable.substr(0, equals) == "TAILRACE_CONFIG") sources.file = variable.substr(equals + 1);
  }
}

void load(Gathered& gathered, const char* const* environment) {
  auto& sources = gathered.invocation.sources;
  gather_environment(sources, environment);
  if (!gathered.config.empty()) sources.file = gathered.config;
  for (const auto& [key, texts] : gathered.settings)
    for (const auto& text : texts) sources.flags.emplace_back(key, text);
  sources.needs_topics = gathered.needs_topics;
  sources.listens = gathered.listens;
  gathered.invocation.settings = load_settings(sources);
}

void finish_produce(Gathered& gathered) {
  auto& produce = gathered.invocation.produce;
  produce.brokers = gathered.invocation.settings.brokers;
  produce.kafka = gathered.invocation.settings.kafka;
  const bool demo = produce.source == ProduceOptions::Source::demo;
  if (produce.topic.empty() && !demo) throw refusal("--topic", "", "nothing", "a topic's name");
  if (!produce.topic.empty() && demo)
    throw refusal("--topic", "", "a topic beside --demo", "nothing: the demo has its own");
}

void finish_health(Gathered& gathered, const char* const* environment) {
  auto& health = gathered.invocation.health;
  health.path = gathered.live ? "/healthz" : "/readyz";
  if (gathered.health_address.empty()) {
    load(gathered, environment);
    health.address = gathered.invocation.settings.listen;
    return;
  }
  const auto address = parse_listen_address(gathered.health_address);
  if (!address)
    throw refusal("ADDRESS", "", found_text(Node::scalar("", gathered.health_address)), address_kind().allowed);
  health.address = *address;
}

void finish(Gathered& gathered, const char* const* environment) {
  auto& invocation = gathered.invocation;
  if (gathered.print_schema || gathered.print_reference) {
    invocation.action = Action::print;
    invocation.text = gathered.print_schema ? config_schema() : config_reference();
    return;
  }
  if (gathered.needs_settings) load(gathered, environment);
  if (invocation.action == Action::produce) finish_produce(gathered);
  if (invocation.action == Action::health) finish_health(gathered, environment);
  if (invocation.action == Action::demo) {
    invocation.settings.listen = {"127.0.0.1", invocation.demo.port, {}};
    invocation.settings.places["listen"] = "--port";
    if (!invocation.settings.places.contains("admin")) invocation.settings.admin.port = 0;  // whichever is free
  }
}

// The parser parts its groups by two empty lines where others follow.
std::string without_double_gaps(std::string text) {
  for (auto at = text.find("\n\n\n"); at != std::string::npos; at = text.find("\n\n\n", at)) text.erase(at, 1);
  return text;
}

std::string help_about(CLI::App& program, const std::string& word) {
  if (word.empty())
    return without_double_gaps(program.get_formatter()->make_help(&program, "tailrace", CLI::AppFormatMode::Normal));
  const auto names = command_names(program);
  if (std::find(names.begin(), names.end(), word) == names.end()) refuse_command(program, word);
  return without_double_gaps(program.get_subcommand(word)->help("tailrace"));
}

// The help of what was named before --help stood there.
std::string help_asked(CLI::App& program) {
  const auto commands = program.get_subcommands();
  return help_about(program, commands.empty() ? "" : commands.front()->get_name());
}

// The parser's message begins with the name: "--memory: 1 required SIZE missing", "URL is required".
StartError in_own_words(const CLI::ParseError& error) {
  const std::string text = error.what();
  const auto name = text.substr(0, text.find_first_of(": "));
  const bool often = text.find("received") != std::string::npos;
  if (error.get_name() == "ArgumentMismatch" && often) return refusal(name, "", "it more than once", "once");
  if (error.get_name() == "ArgumentMismatch" || error.get_name() == "RequiredError")
    return refusal(name, "", "nothing", "a value: see --help");
  return StartError(text + "; see --help");
}

// The last first, as the parser wants them. "--web=" is a flag with an empty value: the parser would take the next word.
std::vector<std::string> words_of(int argc, const char* const* argv) {
  std::vector<std::string> words;
  for (int i = argc - 1; i > 0; --i) {
    std::string word = argv[i];
    if (word.starts_with("--") && word.find('=') == word.size() - 1) {
      words.emplace_back();
      word.pop_back();
    }
    words.push_back(std::move(word));
  }
  return words;
}

}  // namespace

Invocation parse_command_line(int argc, const char* const* argv, const char* const* environment) {
  Gathered gathered;
  const auto program = make_program(gathered);
  try {
    program->parse(words_of(argc, argv));
    refuse_extras(*program);
    if (gathered.invocation.action == Action::print)
      gathered.invocation.text = help_about(*program, gathered.help_about);
    finish(gathered, environment);
  } catch (const CLI::CallForHelp&) {
    gathered.invocation.action = Action::print;
    gathered.invocation.text = help_asked(*program);
  } catch (const CLI::CallForVersion&) {
    gathered.invocation.action = Action::print;
    gathered.invocation.text = std::string(kVersion) + "\n";
  } catch (const CLI::ParseError& error) {
    throw in_own_words(error);
  }
  return std::move(gathered.invocation);
}

}  // namespace tailrace
