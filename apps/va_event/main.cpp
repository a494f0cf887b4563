// SPDX-License-Identifier: Apache-2.0
#include <exception>
#include <iostream>
#include <new>
#include <variant>

#include "interrupt.hpp"
#include "options.hpp"
#include "run.hpp"

int main(int argc, char** argv) {
  using namespace va_event::cli;
  try {
    const auto parsed = parse_options({argv + 1, argv + argc});
    if (const auto* no_run = std::get_if<NoRun>(&parsed)) {
      (no_run->exit_code == 0 ? std::cout : std::cerr) << no_run->text << std::flush;
      return no_run->exit_code;
    }
    const Interrupt interrupt;
    return run(std::get<Options>(parsed), interrupt);
  } catch (const va_event::UserError& error) {
    std::cerr << "va-event: " << error.what() << '\n';
    return kWrongUse;
  } catch (const std::bad_alloc&) {
    std::cerr << "va-event: there is not enough memory for this network and what it records\n";
    return kFailed;
  } catch (const std::exception& error) {
    std::cerr << "va-event: " << error.what() << '\n';
    return kFailed;
  }
}
