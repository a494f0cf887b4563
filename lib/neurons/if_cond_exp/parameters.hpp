// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "network/parameter_table.hpp"
#include "va_event/cell_types.hpp"

namespace va_event::neurons {

/// The parameters of IF_cond_exp, each stated once: the member of the public struct, and what users see of it. Names,
/// units, bounds, defaults and the order of lists follow from this table.
inline constexpr network::ParameterTable<IfCondExp> kIfCondExpParameters{
    {{{&IfCondExp::v_rest, "v_rest", "mV", Bound::any, "resting potential"},
      {&IfCondExp::cm, "cm", "nF", Bound::positive, "membrane capacitance"},
      {&IfCondExp::tau_m, "tau_m", "ms", Bound::positive, "membrane time constant"},
      {&IfCondExp::tau_refrac, "tau_refrac", "ms", Bound::non_negative, "refractory period"},
      {&IfCondExp::tau_syn_E, "tau_syn_E", "ms", Bound::positive, "decay of the excitatory conductance"},
      {&IfCondExp::tau_syn_I, "tau_syn_I", "ms", Bound::positive, "decay of the inhibitory conductance"},
      {&IfCondExp::e_rev_E, "e_rev_E", "mV", Bound::any, "excitatory reversal potential"},
      {&IfCondExp::e_rev_I, "e_rev_I", "mV", Bound::any, "inhibitory reversal potential"},
      {&IfCondExp::v_thresh, "v_thresh", "mV", Bound::any, "threshold"},
      {&IfCondExp::v_reset, "v_reset", "mV", Bound::any, "potential after a spike"},
      {&IfCondExp::i_offset, "i_offset", "nA", Bound::any, "constant current"}}}};

}  // namespace va_event::neurons
