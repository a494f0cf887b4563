// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_cond_exp/if_cond_exp.hpp"

#include <array>

#include "neurons/if_cond_exp/deferred_inputs_group.hpp"
#include "neurons/if_cond_exp/fixed_step.hpp"
#include "neurons/implement.hpp"
#include "neurons/parameter_rules.hpp"
#include "va_event/cell_types.hpp"

namespace va_event {

const CellModel& IfCondExp::model() {
  static constexpr std::array<ParameterInfo, 11> kParameters = {
      {{"v_rest", "mV", -65.0, Bound::any, "resting potential"},
       {"cm", "nF", 1.0, Bound::positive, "membrane capacitance"},
       {"tau_m", "ms", 20.0, Bound::positive, "membrane time constant"},
       {"tau_refrac", "ms", 0.1, Bound::non_negative, "refractory period"},
       {"tau_syn_E", "ms", 5.0, Bound::positive, "decay of the excitatory conductance"},
       {"tau_syn_I", "ms", 5.0, Bound::positive, "decay of the inhibitory conductance"},
       {"e_rev_E", "mV", 0.0, Bound::any, "excitatory reversal potential"},
       {"e_rev_I", "mV", -70.0, Bound::any, "inhibitory reversal potential"},
       {"v_thresh", "mV", -50.0, Bound::any, "threshold"},
       {"v_reset", "mV", -65.0, Bound::any, "potential after a spike"},
       {"i_offset", "nA", 0.0, Bound::any, "constant current"}}};
  static constexpr std::array<VariableInfo, 3> kVariables = {
      {{"v", "mV", -65.0, "membrane potential"},
       {"gsyn_exc", "uS", 0.0, "excitatory conductance", Bound::non_negative},
       {"gsyn_inh", "uS", 0.0, "inhibitory conductance", Bound::non_negative}}};
  static constexpr neurons::NeuronImplementation kImplementation =
      neurons::implement<neurons::IfCondExpKernel, neurons::DeferredInputsGroup>(&neurons::kIfCondExpFixedStep);
  static const CellModel kModel{
      .name = "IF_cond_exp",
      .parameters = kParameters,
      .variables = kVariables,
      .receptors = neurons::kNeuronReceptors,
      .conductance_based = true,
      .check = [](std::span<const double> values) { neurons::check_reset(values[9], values[8]); },
      .weight_unit = "uS",
      .neuron = &kImplementation};
  return kModel;
}

IfCondExp::operator CellType() const {
  return {model(),
          {v_rest, cm, tau_m, tau_refrac, tau_syn_E, tau_syn_I, e_rev_E, e_rev_I, v_thresh, v_reset, i_offset}};
}

}  // namespace va_event
