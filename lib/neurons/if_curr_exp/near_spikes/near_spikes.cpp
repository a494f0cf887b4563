// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_curr_exp/near_spikes/near_spikes.hpp"

#include <memory>
#include <utility>
#include <vector>

#include "neurons/if_curr_exp/near_spikes/near_spikes_group.hpp"

namespace va_event::neurons::near_spikes_currents {

NewWindowedGroup<double> make_group(const network::PopulationData& /*population*/) {
  auto group = std::make_unique<NearSpikesGroup>();
  NearSpikesGroup* const windowed = group.get();
  return {std::move(group), windowed};
}

std::string obstacle(const network::PopulationData& population) {
  std::vector<double> parameters(population.parameters.size());
  for (std::size_t i = 0; i < population.size; ++i) {
    for (std::size_t p = 0; p < parameters.size(); ++p) {
      parameters[p] = population.parameters[p].at(i);
    }
    if (!Kernel::prepare(Kernel::kParameters.read(parameters), 0.0).in_amplitude_form) {
      return "a time constant is below 0.1 ms, or a synaptic one is close to tau_m";
    }
  }
  return "";
}

}  // namespace va_event::neurons::near_spikes_currents
