// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/command_line.hpp"

#include <algorithm>
#include <memory>
#include <sstream>

#include "declaration.hpp"
#include "va_event/va_event.hpp"

namespace va_event::crossval {
namespace {

constexpr const char* kDescription =
    "Shows how exact the event-driven simulation is, and what a time step costs: every study compares va-event with\n"
    "clock-driven integrators or other simulators on the identical network, prints tables, and writes them as CSV and\n"
    "JSON files with figures.";
constexpr const char* kFooter =
    "Begin with the first: va-crossval neuron. Every study takes --quick (seconds, smaller) and --help (its options).\n"
    "Exit code: 0 done; 1 failed; 2 wrong use; 130, 143 stopped by Ctrl-C, SIGTERM.";

/// The list of studies with run times and examples, and options that are folded to the width of a terminal.
class HelpFormatter : public cli::HelpFormatter {
 public:
  explicit HelpFormatter(const std::vector<Command>& commands)
      : cli::HelpFormatter("va-crossval COMMAND [OPTIONS]"), commands_(commands) {}

  std::string make_usage(const CLI::App* app, std::string name) const override {
    if (app->get_parent() == nullptr) {
      return cli::HelpFormatter::make_usage(app, name);
    }
    const auto command =
        std::find_if(commands_.begin(), commands_.end(), [app](const Command& c) { return c.name == app->get_name(); });
    const bool positional = command != commands_.end() && !command->positional.empty();
    return "\nUsage: va-crossval " + app->get_name() + (positional ? " [" + command->positional + "]" : "") +
           " [OPTIONS]\n";
  }
  std::string make_subcommands(const CLI::App* app, CLI::AppFormatMode mode) const override {
    if (app->get_parent() != nullptr) {
      return CLI::Formatter::make_subcommands(app, mode);
    }
    std::string text = "\nCommands:\n";
    for (const Command& command : commands_) {
      std::string line = "  " + command.name;
      line.resize(kNameColumn, ' ');
      text += line + command.summary + '\n' + std::string(kNameColumn, ' ') + "takes " + command.run_time +
              "; example: va-crossval " + command.example + '\n';
    }
    return text;
  }
  std::string make_positionals(const CLI::App* /*app*/) const override { return ""; }
  std::string make_group(std::string title, bool is_positional,
                         std::vector<const CLI::Option*> options) const override {
    std::string text = "\n" + title + ":\n";
    for (const CLI::Option* option : options) {
      text += make_option(option, is_positional);
    }
    return text;
  }

 private:
  static constexpr std::size_t kNameColumn = 13;

  const std::vector<Command>& commands_;
};

/// CLI11 keeps references to what it fills in.
struct Parsed {
  CommonOptions common;
  cli::OptionTexts texts;
  std::string figure_format = "svg";
};

void declare_common(CLI::App& app, Parsed& parsed) {
  const char* const group = "Common options";
  app.add_option("--output", parsed.common.output, "folder of all files (default crossval)")
      ->type_name("DIR")
      ->group(group);
  app.add_option("--figure-format", parsed.figure_format, "svg or png (default svg)")->type_name("KIND")->group(group);
  app.add_flag("--quick", parsed.common.quick, "a small version that takes seconds (default off)")->group(group);
  app.add_flag("--json", parsed.common.json, "print JSON instead of tables (default off)")->group(group);
  app.set_help_flag();  // CLI11 declares it first, and its group would come first
  app.set_help_flag("-h,--help", "print this and exit")->group(group);
}

void declare(CLI::App& app, const Command& command, Parsed& parsed) {
  if (!command.positional.empty()) {
    app.add_option_function<std::string>(
           "benchmark", [&parsed](const std::string& value) { parsed.texts["benchmark"] = value; }, command.positional)
        ->type_name("");
  }
  for (const OptionInfo& info : command.options) {
    const std::string meaning =
        info.meaning + (info.default_text.empty() ? "" : " (default " + info.default_text + ")");
    if (info.placeholder.empty()) {
      app.add_flag_callback(
          info.name, [&parsed, name = info.name] { parsed.texts[name] = ""; }, meaning);
    } else {
      app.add_option_function<std::string>(
             info.name, [&parsed, name = info.name](const std::string& value) { parsed.texts[name] = value; }, meaning)
          ->type_name(info.placeholder);
    }
  }
  declare_common(app, parsed);
}

std::string shell_quoted(const std::string& word) {
  const bool plain = !word.empty() && word.find_first_not_of(
                                          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                          "0123456789_-+=.,:/") == std::string::npos;
  return plain ? word : "'" + word + "'";
}

NoRun wrong_use(const std::string& message) {
  return {2, "va-crossval: " + message + "\nva-crossval --help shows every command.\n"};
}

}  // namespace

std::variant<Invocation, NoRun> parse_command_line(const std::vector<std::string>& arguments,
                                                   const std::vector<Command>& commands) {
  CLI::App app(kDescription);
  app.footer(kFooter);
  app.formatter(std::make_shared<HelpFormatter>(commands));
  app.set_help_flag("-h,--help", "print this and exit");
  app.set_version_flag("--version", "va-crossval " + std::string(version()), "print the version and exit");
  app.require_subcommand(0, 1);
  Parsed parsed;
  for (const Command& command : commands) {
    CLI::App* const sub = app.add_subcommand(command.name, command.summary);
    sub->footer("Takes " + command.run_time + ". Example: va-crossval " + command.example);
    declare(*sub, command, parsed);
  }

  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // the order that CLI11 takes
  try {
    app.parse(reversed);
    if (arguments.empty()) {
      return NoRun{0, app.help()};
    }
    if (app.get_subcommands().empty()) {
      return wrong_use("a command is missing");
    }
    const std::vector<std::string> formats = cli::read_list("--figure-format", parsed.figure_format, {"svg", "png"});
    if (formats.size() != 1) {
      cli::reject("--figure-format", parsed.figure_format, "", "must be svg or png");
    }
    parsed.common.figure_format = formats.front();
  } catch (const CLI::ParseError& request) {
    std::ostringstream out;
    std::ostringstream errors;
    if (app.exit(request, out, errors) == 0) {
      return NoRun{0, out.str()};
    }
    return wrong_use(request.what());
  } catch (const UserError& error) {
    return wrong_use(error.what());
  }
  if (parsed.common.output.empty()) {
    return wrong_use("--output = '': must name a folder");
  }

  const std::string name = app.get_subcommands().front()->get_name();
  const auto command =
      std::find_if(commands.begin(), commands.end(), [&name](const Command& c) { return c.name == name; });
  std::string text = "va-crossval";
  for (const std::string& argument : arguments) {
    text += ' ' + shell_quoted(argument);
  }
  return Invocation{*command, parsed.texts, parsed.common, text};
}

void prepare_output(const CommonOptions& options) {
  try {
    prepare_folder(options.output);
  } catch (const FileError& error) {
    throw ParameterError("--output", options.output, "", "must be a folder that can be written to: " + error.reason());
  }
}

}  // namespace va_event::crossval
