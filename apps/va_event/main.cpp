// SPDX-License-Identifier: Apache-2.0
#include <exception>
#include <iostream>
#include <memory>
#include <new>
#include <string>
#include <variant>
#include <vector>

#include "interrupt.hpp"
#include "options.hpp"
#include "run.hpp"
#include "va_event/error.hpp"
#include "va_event/processes.hpp"

int main(int argc, char** argv) {
  using namespace va_event::cli;
  std::shared_ptr<va_event::Processes> processes = va_event::single_process();
  // A failure of all processes is reported by the first one; the others end after that, as a launcher may then kill it.
  const auto say = [&processes](std::ostream& out, const std::string& text) {
    if (processes->rank() == 0) {
      out << text << std::flush;
    }
    std::vector<va_event::Processes::Bytes> said;
    processes->all_gather("", said);
  };
  const auto say_error = [&say](const std::exception& error) {
    say(std::cerr, std::string("va-event: ") + error.what() + '\n');
  };
  // The other processes would wait for this one for ever.
  const auto fail_alone = [&processes](const char* text) {
    std::cerr << "va-event: " << text << std::endl;
    if (processes->count() > 1) {
      processes->abort(kFailed);
    }
    return kFailed;
  };
  try {
    processes = va_event::launched_processes();
    const auto parsed = parse_options({argv + 1, argv + argc});
    if (const auto* no_run = std::get_if<NoRun>(&parsed)) {
      say(no_run->exit_code == 0 ? std::cout : std::cerr, no_run->text);
      return no_run->exit_code;
    }
    const Interrupt interrupt;
    return run(std::get<Options>(parsed), interrupt, processes);
  } catch (const va_event::UserError& error) {
    say_error(error);
    return kWrongUse;
  } catch (const va_event::ProcessError& error) {
    say_error(error);
    return error.bad_input() ? kWrongUse : kFailed;
  } catch (const va_event::Error& error) {
    say_error(error);
    return kFailed;
  } catch (const std::bad_alloc&) {
    return fail_alone("there is not enough memory for this network and what it records");
  } catch (const std::exception& error) {
    return fail_alone(error.what());
  }
}
