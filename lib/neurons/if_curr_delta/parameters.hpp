// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "network/parameter_table.hpp"
#include "va_event/cell_types.hpp"

namespace va_event::neurons {

/// The parameters of IF_curr_delta, each stated once: the member of the public struct, and what users see of it. Names,
/// units, bounds, defaults and the order of lists follow from this table; bound and unit together give the range that
/// foundation/ranges.hpp states.
inline constexpr network::ParameterTable<IfCurrDelta> kIfCurrDeltaParameters{
    {{{&IfCurrDelta::v_rest, "v_rest", "mV", Bound::any, "resting potential"},
      {&IfCurrDelta::cm, "cm", "nF", Bound::positive, "membrane capacitance"},
      {&IfCurrDelta::tau_m, "tau_m", "ms", Bound::positive, "membrane time constant"},
      {&IfCurrDelta::tau_refrac, "tau_refrac", "ms", Bound::non_negative, "refractory period"},
      {&IfCurrDelta::i_offset, "i_offset", "nA", Bound::any, "constant current"},
      {&IfCurrDelta::v_reset, "v_reset", "mV", Bound::any, "potential after a spike"},
      {&IfCurrDelta::v_thresh, "v_thresh", "mV", Bound::any, "threshold"}}}};

}  // namespace va_event::neurons
