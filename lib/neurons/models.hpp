// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "neurons/if_cond_exp/if_cond_exp.hpp"
#include "neurons/if_curr_delta/if_curr_delta.hpp"
#include "neurons/if_curr_exp/if_curr_exp.hpp"

namespace va_event::neurons {

/// Every neuron that can be simulated. To add one: its public struct in va_event/cell_types.hpp, its kernel in this
/// folder, its name here and in cell_type.cpp's list.
template <class Real>
using NeuronKernels = std::tuple<IfCurrExpKernel<Real>, IfCondExpKernel<Real>, IfCurrDeltaKernel<Real>>;

}  // namespace va_event::neurons
