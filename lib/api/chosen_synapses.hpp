// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "api/core.hpp"
#include "network/network.hpp"
#include "recording/synapse_recorder.hpp"
#include "synapses/synapse_rule.hpp"

namespace va_event::detail {

/// Which synapses of a projection somebody asks for, and what of them. Users number the synapses of all processes in
/// one order; each process knows its own, which it finds in that order by the cells that they lead to.

[[nodiscard]] inline const network::ProjectionData& data_of(const Core& core, std::size_t projection) {
  return core.network.projections[projection];
}
/// The names that can be recorded of a projection's synapses.
[[nodiscard]] std::vector<std::string> synapse_variables(const Core& core, std::size_t projection);
/// @throws UnknownNameError unless the projection's synapses have the variable
[[nodiscard]] synapses::SynapseVariable variable_of(const Core& core, std::size_t projection, std::string_view name);
/// "" for those without one.
[[nodiscard]] std::string unit_of(const Core& core, std::size_t projection, synapses::SynapseVariable variable);

/// In ascending order. @throws IndexError
[[nodiscard]] recording::ChosenSynapses checked(const Core& core, std::size_t projection,
                                                recording::ChosenSynapses chosen);
/// Those of the chosen synapses that this process has. All processes must call it.
/// @param chosen  checked
[[nodiscard]] recording::SynapseRequest local_request(const Core& core, std::size_t projection,
                                                      std::string_view variable, std::string unit,
                                                      const recording::ChosenSynapses& chosen);

}  // namespace va_event::detail
