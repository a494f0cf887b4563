// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_curr_delta/if_curr_delta.hpp"

#include "neurons/if_curr_delta/order_free/order_free.hpp"
#include "neurons/if_curr_delta/parameters.hpp"
#include "neurons/implement.hpp"
#include "neurons/parameter_rules.hpp"
#include "va_event/cell_types.hpp"

namespace va_event {

const CellModel& IfCurrDelta::model() {
  static constexpr neurons::NeuronImplementation kImplementation = [] {
    auto implementation = neurons::implement<neurons::IfCurrDeltaKernel>();
    auto& factory = implementation.groups.in_double;
    factory.make_order_free = &neurons::delta_order_free::make_group;
    factory.order_free_obstacle = &neurons::delta_order_free::obstacle;
    return implementation;
  }();
  static const CellModel kModel{.name = "IF_curr_delta",
                                .parameters = neurons::kIfCurrDeltaParameters.infos(),
                                .variables = neurons::IfCurrDeltaKernel<double>::kVariables.infos(),
                                .receptors = neurons::kNeuronReceptors,
                                .check = neurons::check_reset<neurons::kIfCurrDeltaParameters>,
                                .weight_unit = "mV",
                                .neuron = &kImplementation};
  return kModel;
}

IfCurrDelta::operator CellType() const { return {model(), neurons::kIfCurrDeltaParameters.values_of(*this)}; }

}  // namespace va_event
