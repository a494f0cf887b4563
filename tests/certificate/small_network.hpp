// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "va_event/va_event.hpp"

namespace va_event::testing_support {

/// A hundred neurons of one kind that excite and inhibit each other and drive themselves by their offset currents:
/// a small relative of the Vogels-Abbott network, with some 1000 spikes in 200 ms.
inline Population add_small_network(Simulation& simulation) {
  const Population cells = simulation.create(100, IfCondExp{.v_rest = -60.0,
                                                            .cm = 0.2,
                                                            .tau_m = 20.0,
                                                            .tau_refrac = 5.0,
                                                            .tau_syn_E = 5.0,
                                                            .tau_syn_I = 10.0,
                                                            .e_rev_I = -80.0,
                                                            .v_thresh = -50.0,
                                                            .v_reset = -60.0,
                                                            .i_offset = 0.16});
  cells.initialize("v", RandomDistribution("uniform", {-60.0, -50.0}));
  simulation.connect(cells.slice(0, 80), cells, FixedProbabilityConnector(0.1), {.weight = 0.004, .delay = 0.2});
  simulation.connect(cells.slice(80, 100), cells, FixedProbabilityConnector(0.1), {.weight = 0.02, .delay = 0.2},
                     {.receptor_type = "inhibitory"});
  return cells;
}

}  // namespace va_event::testing_support
