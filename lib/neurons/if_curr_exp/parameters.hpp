// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "network/parameter_table.hpp"
#include "va_event/cell_types.hpp"

namespace va_event::neurons {

inline constexpr network::ParameterTable<IfCurrExp> kIfCurrExpParameters{
    {{{&IfCurrExp::v_rest, "v_rest", "mV", Bound::any, "resting potential"},
      {&IfCurrExp::cm, "cm", "nF", Bound::positive, "membrane capacitance"},
      {&IfCurrExp::tau_m, "tau_m", "ms", Bound::positive, "membrane time constant"},
      {&IfCurrExp::tau_refrac, "tau_refrac", "ms", Bound::non_negative, "refractory period"},
      {&IfCurrExp::tau_syn_E, "tau_syn_E", "ms", Bound::positive, "decay of the excitatory current"},
      {&IfCurrExp::tau_syn_I, "tau_syn_I", "ms", Bound::positive, "decay of the inhibitory current"},
      {&IfCurrExp::i_offset, "i_offset", "nA", Bound::any, "constant current"},
      {&IfCurrExp::v_reset, "v_reset", "mV", Bound::any, "potential after a spike"},
      {&IfCurrExp::v_thresh, "v_thresh", "mV", Bound::any, "threshold"}}}};

}  // namespace va_event::neurons
