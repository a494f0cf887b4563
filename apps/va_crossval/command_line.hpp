// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "va_crossval/command.hpp"

namespace va_event::crossval {

/// What the command line asks for.
struct Invocation {
  Command command;
  cli::OptionTexts texts;  ///< the options of the command, unread
  CommonOptions common;
  std::string command_text;  ///< "va-crossval neuron --quick"
};

/// It asks for help, or something is wrong with it.
struct NoRun {
  int exit_code;     ///< 0 or 2
  std::string text;  ///< for stdout when the code is 0, else for stderr
};

/// Reads the arguments (without the program's name).
[[nodiscard]] std::variant<Invocation, NoRun> parse_command_line(const std::vector<std::string>& arguments,
                                                                 const std::vector<Command>& commands);

/// Makes the output folder and proves that it can be written to. @throws ParameterError
void prepare_output(const CommonOptions& options);

}  // namespace va_event::crossval
