// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_cond_exp/order_free/order_free.hpp"

#include <cstddef>
#include <memory>
#include <vector>

#include "neurons/if_cond_exp/order_free/order_free_conductances_group.hpp"

namespace va_event::neurons::order_free_conductances {

namespace {

Kernel::Parameters parameters_of(const network::PopulationData& population, std::size_t index) {
  std::vector<double> parameters;
  for (const network::Column& column : population.parameters) {
    parameters.push_back(column.at(index));
  }
  return Kernel::kParameters.read(parameters);
}

}  // namespace

NewWindowedGroup<double> make_group(const network::PopulationData& population, const InputScale& scale,
                                    foundation::ByteReader* choices) {
  const Kernel::Parameters first = parameters_of(population, 0);
  auto group = choices != nullptr ? std::make_unique<OrderFreeConductancesGroup>(*choices)
                                  : std::make_unique<OrderFreeConductancesGroup>(
                                        first.tau_syn_E, first.tau_syn_I, InputUnits::unit_for(scale.largest_weight));
  OrderFreeConductancesGroup* const windowed = group.get();
  return {std::move(group), windowed};
}

std::string obstacle(const network::PopulationData& population, const InputScale& /*scale*/) {
  const Kernel::Parameters first = parameters_of(population, 0);
  if (!Kernel::prepare(first, 0.0).in_amplitude_form) {
    return "synaptic time constants are below 0.1 ms";
  }
  for (std::size_t i = 0; i < population.size; ++i) {
    const Kernel::Parameters p = parameters_of(population, i);
    if (p.tau_syn_E != first.tau_syn_E || p.tau_syn_I != first.tau_syn_I) {
      return "its neurons have synaptic time constants of their own";
    }
    if (!(p.e_rev_I < p.v_thresh && p.v_thresh < p.e_rev_E)) {
      return "v_thresh is not between e_rev_I and e_rev_E";
    }
  }
  return "";
}

double memory_bytes(double neurons, const InputScale& scale) {
  return InputHistory::expected_bytes(neurons, scale.all_inputs_per_ms);
}

}  // namespace va_event::neurons::order_free_conductances
