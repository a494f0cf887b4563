// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_curr_exp/near_spikes/near_spikes.hpp"

#include <cstddef>
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

namespace {
/// Calls visit(parameters) for each neuron; once where all of them have the same time constants.
template <class Visit>
void for_each_time_constants(const network::PopulationData& population, const Visit& visit) {
  const auto& infos = population.model->parameters;
  bool constant = true;
  for (std::size_t p = 0; p < infos.size(); ++p) {
    constant = constant && (infos[p].name.substr(0, 3) != "tau" || population.parameters[p].is_constant());
  }
  std::vector<double> parameters(infos.size());
  for (std::size_t i = 0; i < (constant ? 1 : population.size); ++i) {
    for (std::size_t p = 0; p < parameters.size(); ++p) {
      parameters[p] = population.parameters[p].at(i);
    }
    visit(Kernel::kParameters.read(parameters));
  }
}
}  // namespace

std::string obstacle(const network::PopulationData& population) {
  bool possible = true;
  for_each_time_constants(population, [&possible](const Kernel::Parameters& parameters) {
    possible = possible && Kernel::prepare(parameters, 0.0).in_amplitude_form;
  });
  return possible ? "" : "a time constant is below 0.1 ms, or a synaptic one is close to tau_m";
}

}  // namespace va_event::neurons::near_spikes_currents
