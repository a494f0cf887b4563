// SPDX-License-Identifier: Apache-2.0
#include <exception>
#include <iostream>
#include <variant>

#include "interrupt.hpp"
#include "output.hpp"
#include "va_crossval/command_line.hpp"

int main(int argc, char** argv) {
  using namespace va_event::crossval;
  constexpr int kFailed = 1;
  constexpr int kWrongUse = 2;
  const va_event::cli::Interrupt interrupt;
  try {
    const auto parsed = parse_command_line({argv + 1, argv + argc}, commands());
    if (const auto* no_run = std::get_if<NoRun>(&parsed)) {
      (no_run->exit_code == 0 ? std::cout : std::cerr) << no_run->text << std::flush;
      return no_run->exit_code;
    }
    const auto& invocation = std::get<Invocation>(parsed);
    prepare_output(invocation.common);
    const va_event::cli::OutputMark mark(invocation.common.output);
    if (mark.taken()) {
      std::cerr << "va-crossval: another run is writing into " << invocation.common.output
                << "; of files with the same name, those of the run that ends last will stay" << std::endl;
    }
    va_event::cli::Interrupt::simulation_begins();
    Session session(invocation.common, invocation.command_text, interrupt);
    invocation.command.run(invocation.texts, session);
    return 0;
  } catch (const Interrupted&) {
    std::cerr << "\nva-crossval: stopped; this study has written nothing\n";
    return interrupt.exit_code();
  } catch (const va_event::UserError& error) {
    std::cerr << "va-crossval: " << error.what() << '\n';
    return kWrongUse;
  } catch (const std::exception& error) {
    std::cerr << "va-crossval: " << error.what() << '\n';
    return kFailed;
  }
}
