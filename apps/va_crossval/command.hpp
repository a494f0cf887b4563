// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "option_values.hpp"
#include "va_crossval/session.hpp"

namespace va_event::crossval {

/// An option of a subcommand.
struct OptionInfo {
  std::string name;         ///< "--dt"
  std::string placeholder;  ///< of its value: "LIST"; "" for a flag
  std::string meaning;
  std::string default_text{};  ///< shown in the help
};

/// One subcommand: a study, or what is made of studies. Each lives in a file of its own; commands.cpp lists them.
struct Command {
  std::string name;
  std::string summary;   ///< what it shows, in one line
  std::string run_time;  ///< "20 s"
  std::string example;   ///< arguments
  std::vector<OptionInfo> options{};
  /// What may stand behind the name ("COBA or CUBA"); "" for nothing.
  std::string positional{};
  /// Reads its options and does the work. A flag that was given is "" in the texts, the positional argument is
  /// "benchmark". @throws UserError before anything is started, Error, Interrupted
  std::function<void(const cli::OptionTexts& texts, Session& session)> run;
};

/// Every subcommand, in the order of the help.
[[nodiscard]] std::vector<Command> commands();

[[nodiscard]] Command neuron_command();
[[nodiscard]] Command network_command();
[[nodiscard]] Command cost_command();
[[nodiscard]] Command chaos_command();
[[nodiscard]] Command plasticity_command();
[[nodiscard]] Command simulators_command();
[[nodiscard]] Command report_command();

}  // namespace va_event::crossval
