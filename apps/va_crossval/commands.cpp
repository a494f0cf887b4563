// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/command.hpp"

namespace va_event::crossval {

std::vector<Command> commands() {
  return {neuron_command(),     network_command(),    cost_command(),  chaos_command(),
          plasticity_command(), simulators_command(), report_command()};
}

}  // namespace va_event::crossval
