// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_curr_exp/if_curr_exp.hpp"

#include <array>

#include "neurons/if_curr_exp/fixed_step.hpp"
#include "neurons/if_curr_exp/running_bound_group.hpp"
#include "neurons/implement.hpp"
#include "neurons/parameter_rules.hpp"
#include "va_event/cell_types.hpp"

namespace va_event {

const CellModel& IfCurrExp::model() {
  static constexpr std::array<ParameterInfo, 9> kParameters = {
      {{"v_rest", "mV", -65.0, Bound::any, "resting potential"},
       {"cm", "nF", 1.0, Bound::positive, "membrane capacitance"},
       {"tau_m", "ms", 20.0, Bound::positive, "membrane time constant"},
       {"tau_refrac", "ms", 0.1, Bound::non_negative, "refractory period"},
       {"tau_syn_E", "ms", 5.0, Bound::positive, "decay of the excitatory current"},
       {"tau_syn_I", "ms", 5.0, Bound::positive, "decay of the inhibitory current"},
       {"i_offset", "nA", 0.0, Bound::any, "constant current"},
       {"v_reset", "mV", -65.0, Bound::any, "potential after a spike"},
       {"v_thresh", "mV", -50.0, Bound::any, "threshold"}}};
  static constexpr std::array<VariableInfo, 3> kVariables = {{{"v", "mV", -65.0, "membrane potential"},
                                                              {"isyn_exc", "nA", 0.0, "excitatory current"},
                                                              {"isyn_inh", "nA", 0.0, "inhibitory current"}}};
  static constexpr neurons::NeuronImplementation kImplementation =
      neurons::implement<neurons::IfCurrExpKernel, neurons::RunningBoundGroup>(&neurons::kIfCurrExpFixedStep);
  static const CellModel kModel{
      .name = "IF_curr_exp",
      .parameters = kParameters,
      .variables = kVariables,
      .receptors = neurons::kNeuronReceptors,
      .check = [](std::span<const double> values) { neurons::check_reset(values[7], values[8]); },
      .weight_unit = "nA",
      .neuron = &kImplementation};
  return kModel;
}

IfCurrExp::operator CellType() const {
  return {model(), {v_rest, cm, tau_m, tau_refrac, tau_syn_E, tau_syn_I, i_offset, v_reset, v_thresh}};
}

}  // namespace va_event
