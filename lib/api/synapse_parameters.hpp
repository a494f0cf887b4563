// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "network/network.hpp"

namespace va_event::detail {

/// What must hold for the parameters of synapses that change, and what users call them by.

/// Checks every parameter of every synapse of this process, and the rules between them. Does nothing to static ones.
/// @param weights  that they are to get, by block; null: those that they have @throws ParameterError
void check_synapses(const network::ProjectionData& projection,
                    const std::vector<network::SynapseColumn>* weights = nullptr);

/// The place of a parameter in the list of the projection's rule. @throws UnknownNameError
[[nodiscard]] std::size_t synapse_parameter_index(const network::ProjectionData& projection, std::string_view name);

/// PyNN's name of the synapse type.
[[nodiscard]] const std::string& synapse_type_of(const network::ProjectionData& projection);

/// What users should know of the projection's synapses, a sentence for the first of them; "".
[[nodiscard]] std::string doubt_of(const network::ProjectionData& projection);

}  // namespace va_event::detail
