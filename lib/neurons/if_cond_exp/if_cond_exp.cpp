// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_cond_exp/if_cond_exp.hpp"

#include "neurons/if_cond_exp/deferred_inputs_group.hpp"
#include "neurons/if_cond_exp/fixed_step.hpp"
#include "neurons/if_cond_exp/parameters.hpp"
#include "neurons/implement.hpp"
#include "neurons/parameter_rules.hpp"
#include "va_event/cell_types.hpp"

namespace va_event {

const CellModel& IfCondExp::model() {
  static constexpr neurons::NeuronImplementation kImplementation =
      neurons::implement<neurons::IfCondExpKernel, neurons::DeferredInputsGroup>(&neurons::kIfCondExpFixedStep);
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
