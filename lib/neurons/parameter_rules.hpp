// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace va_event::neurons {

/// Rules that parameters of several models have in common. A rule between parameters is checked whenever one of them is
/// set, where the user's value enters (CellModel::check); kernels rely on it.

/// The receptors of every neuron here; their indices are those of the kernels' add_input.
inline constexpr std::array<std::string_view, 2> kNeuronReceptors = {"excitatory", "inhibitory"};

/// A neuron reset to its threshold or above would spike forever. [mV]
/// @throws ParameterError unless v_reset < v_thresh
void check_reset(double v_reset, double v_thresh);

/// The same of a list of values, one for each parameter in the order of the table: for CellModel::check.
/// @tparam table the model's network::ParameterTable @throws ParameterError
template <const auto& table>
void check_reset(std::span<const double> values) {
  const auto parameters = table.read(values);
  check_reset(parameters.v_reset, parameters.v_thresh);
}

}  // namespace va_event::neurons
