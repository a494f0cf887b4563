// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_cond_exp/if_cond_exp.hpp"

#include "neurons/if_cond_exp/fixed_step.hpp"
#include "neurons/if_cond_exp/near_spikes/near_spikes.hpp"
#include "neurons/if_cond_exp/order_free/order_free.hpp"
#include "neurons/if_cond_exp/parameters.hpp"
#include "neurons/implement.hpp"
#include "neurons/parameter_rules.hpp"
#include "va_event/cell_types.hpp"

namespace va_event {

const CellModel& IfCondExp::model() {
  static constexpr neurons::NeuronImplementation kImplementation = [] {
    auto implementation = neurons::implement<neurons::IfCondExpKernel>(&neurons::kIfCondExpFixedStep);
    auto& factory = implementation.groups.in_double;
    factory.make_order_free = &neurons::order_free_conductances::make_group;
    factory.order_free_obstacle = &neurons::order_free_conductances::obstacle;
    factory.order_free_memory = &neurons::order_free_conductances::memory_bytes;
    implementation.listing = {.make = &neurons::near_spikes::make_group,
                              .obstacle = &neurons::near_spikes::obstacle,
                              .takes_all_populations = true};
    return implementation;
  }();
  static const CellModel kModel{.name = "IF_cond_exp",
                                .parameters = neurons::kIfCondExpParameters.infos(),
                                .variables = neurons::IfCondExpKernel<double>::kVariables.infos(),
                                .receptors = neurons::kNeuronReceptors,
                                .conductance_based = true,
                                .check = neurons::check_reset<neurons::kIfCondExpParameters>,
                                .weight_unit = "uS",
                                .neuron = &kImplementation};
  return kModel;
}

IfCondExp::operator CellType() const { return {model(), neurons::kIfCondExpParameters.values_of(*this)}; }

}  // namespace va_event
