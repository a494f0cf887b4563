// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_curr_exp/if_curr_exp.hpp"

#include "neurons/if_curr_exp/fixed_step.hpp"
#include "neurons/if_curr_exp/near_spikes/near_spikes.hpp"
#include "neurons/if_curr_exp/order_free/order_free.hpp"
#include "neurons/if_curr_exp/parameters.hpp"
#include "neurons/implement.hpp"
#include "neurons/parameter_rules.hpp"
#include "va_event/cell_types.hpp"

namespace va_event {

const CellModel& IfCurrExp::model() {
  static constexpr neurons::NeuronImplementation kImplementation = [] {
    auto implementation = neurons::implement<neurons::IfCurrExpKernel>(&neurons::kIfCurrExpFixedStep);
    auto& factory = implementation.groups.in_double;
    factory.make_order_free = &neurons::order_free::make_group;
    factory.order_free_obstacle = &neurons::order_free::obstacle;
    implementation.listing = {.make = &neurons::near_spikes_currents::make_group,
                              .obstacle = &neurons::near_spikes_currents::obstacle,
                              .takes_all_populations = true};
    return implementation;
  }();
  static const CellModel kModel{.name = "IF_curr_exp",
                                .parameters = neurons::kIfCurrExpParameters.infos(),
                                .variables = neurons::IfCurrExpKernel<double>::kVariables.infos(),
                                .receptors = neurons::kNeuronReceptors,
                                .check = neurons::check_reset<neurons::kIfCurrExpParameters>,
                                .weight_unit = "nA",
                                .neuron = &kImplementation};
  return kModel;
}

IfCurrExp::operator CellType() const { return {model(), neurons::kIfCurrExpParameters.values_of(*this)}; }

}  // namespace va_event
