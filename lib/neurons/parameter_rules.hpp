// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

namespace va_event::neurons {

/// The receptors of every neuron here; their indices are those of the kernels' add_input.
inline constexpr std::array<std::string_view, 2> kNeuronReceptors = {"excitatory", "inhibitory"};

/// A neuron reset to its threshold or above would spike forever. [mV]
/// @throws ParameterError unless v_reset < v_thresh
void check_reset(double v_reset, double v_thresh);

}  // namespace va_event::neurons
