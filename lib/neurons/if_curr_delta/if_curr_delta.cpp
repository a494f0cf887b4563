// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_curr_delta/if_curr_delta.hpp"

#include "neurons/if_curr_delta/parameters.hpp"
#include "neurons/implement.hpp"
#include "neurons/parameter_rules.hpp"
#include "va_event/cell_types.hpp"

namespace va_event {

const CellModel& IfCurrDelta::model() {
  static constexpr neurons::NeuronImplementation kImplementation = neurons::implement<neurons::IfCurrDeltaKernel>();
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
