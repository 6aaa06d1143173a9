#include "config/cli.h"

#include "config/declaration.h"
#include "config/help.h"

#include <CLI/CLI.hpp>

#include <memory>

namespace tailrace {

namespace {

using Action = Invocation::Action;

// What the parse gathers: the settings' flags as text, everything else in its place.
struct Gathered {
  Invocation invocation;
  std::map<std::string, std::vector<std::string>> settings;
  std::string config;
};

void add_setting(CLI::App& command, Gathered& gathered, const Declaration<Settings>& declaration) {
  auto& texts = gathered.settings[declaration.key];
  if (declaration.metavar.empty()) {
    command.add_flag_callback(declaration.flag, [&texts] { texts = {"true"}; }, help_text(declaration));
    return;
  }
  using Shape = Declaration<Settings>::Shape;
  auto* option = command.add_option(declaration.flag, texts, help_text(declaration));
  option->type_name(declaration.metavar)->allow_extra_args(false);
  if (declaration.shape == Shape::scalar) option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::Throw);
}

void add_config_file(CLI::App& command, Gathered& gathered) {
  command.add_option("-c,--config", gathered.config, "The configuration file (YAML). [TAILRACE_CONFIG]")->type_name("FILE");
}

void add_settings(CLI::App& command, Gathered& gathered, std::initializer_list<const char*> only = {}) {
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

Kind<BridgeUrl> url_kind() {
  const auto parse = [](std::string_view text) {
    const auto url = parse_bridge_url(text);
    return url ? std::optional(*url) : std::nullopt;
  };
  return {parse, nullptr, "ws://HOST:PORT/ws, http://HOST:PORT, HOST:PORT or unix:/path", ""};
}

CLI::App& add_command(CLI::App& program, Gathered& gathered, const std::string& name, Action action,
                      const std::string& text) {
  auto* command = program.add_subcommand(name, text);
  command->allow_extras();
  command->callback([&gathered, action] { gathered.invocation.action = action; });
  return *command;
}

void add_serve(CLI::App& program, Gathered& gathered) {
  auto& command = add_command(program, gathered, "serve", Action::serve, "Run the bridge.");
  add_config_file(command, gathered);
  add_settings(command, gathered);
}

std::unique_ptr<CLI::App> make_program(Gathered& gathered) {
  auto program = std::make_unique<CLI::App>("Kafka topics, live in the browser.", "tailrace");
  program->set_version_flag("--version", "tailrace " TAILRACE_VERSION, "Print the version.");
  add_serve(*program, gathered);
  return program;
}

void load(Gathered& gathered, const char* const* environment) {
  auto& sources = gathered.invocation.sources;
  for (; *environment; ++environment) {
    const std::string_view variable(*environment);
    const auto equals = std::min(variable.find('='), variable.size());
    if (!variable.starts_with("TAILRACE_")) continue;
    sources.environment.emplace_back(variable.substr(0, equals), variable.substr(std::min(equals + 1, variable.size())));
    if (sources.environment.back().first == "TAILRACE_CONFIG") sources.file = sources.environment.back().second;
  }
  if (!gathered.config.empty()) sources.file = gathered.config;
  for (const auto& [key, texts] : gathered.settings)
    for (const auto& text : texts) sources.flags.emplace_back(key, text);
  gathered.invocation.settings = load_settings(sources);
}

}  // namespace

Invocation parse_command_line(int argc, const char* const* argv, const char* const* environment) {
  Gathered gathered;
  const auto program = make_program(gathered);
  try {
    program->parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    gathered.invocation.text = program->help();
    return std::move(gathered.invocation);
  } catch (const CLI::CallForVersion&) {
    gathered.invocation.text = "tailrace " TAILRACE_VERSION "\n";
    return std::move(gathered.invocation);
  } catch (const CLI::ParseError& error) {
    throw StartError(error.what());
  }
  load(gathered, environment);
  return std::move(gathered.invocation);
}

}  // namespace tailrace
