// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_curr_exp/if_curr_exp.hpp"

#include "neurons/if_curr_exp/fixed_step.hpp"
#include "neurons/if_curr_exp/parameters.hpp"
#include "neurons/if_curr_exp/running_bound_group.hpp"
#include "neurons/implement.hpp"
#include "neurons/parameter_rules.hpp"
#include "va_event/cell_types.hpp"

namespace va_event {

const CellModel& IfCurrExp::model() {
  static constexpr neurons::NeuronImplementation kImplementation =
      neurons::implement<neurons::IfCurrExpKernel, neurons::RunningBoundGroup>(&neurons::kIfCurrExpFixedStep);
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
