// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_curr_delta/if_curr_delta.hpp"

#include <array>

#include "neurons/implement.hpp"
#include "neurons/parameter_rules.hpp"
#include "va_event/cell_types.hpp"

namespace va_event {

const CellModel& IfCurrDelta::model() {
  static constexpr std::array<ParameterInfo, 7> kParameters = {
      {{"v_rest", "mV", -65.0, Bound::any, "resting potential"},
       {"cm", "nF", 1.0, Bound::positive, "membrane capacitance"},
       {"tau_m", "ms", 20.0, Bound::positive, "membrane time constant"},
       {"tau_refrac", "ms", 0.1, Bound::non_negative, "refractory period"},
       {"i_offset", "nA", 0.0, Bound::any, "constant current"},
       {"v_reset", "mV", -65.0, Bound::any, "potential after a spike"},
       {"v_thresh", "mV", -50.0, Bound::any, "threshold"}}};
  static constexpr std::array<VariableInfo, 1> kVariables = {{{"v", "mV", -65.0, "membrane potential"}}};
  static constexpr neurons::NeuronImplementation kImplementation = neurons::implement<neurons::IfCurrDeltaKernel>();
  static const CellModel kModel{
      .name = "IF_curr_delta",
      .parameters = kParameters,
      .variables = kVariables,
      .receptors = neurons::kNeuronReceptors,
      .check = [](std::span<const double> values) { neurons::check_reset(values[5], values[6]); },
      .weight_unit = "mV",
      .neuron = &kImplementation};
  return kModel;
}

IfCurrDelta::operator CellType() const {
  return {model(), {v_rest, cm, tau_m, tau_refrac, i_offset, v_reset, v_thresh}};
}

}  // namespace va_event
