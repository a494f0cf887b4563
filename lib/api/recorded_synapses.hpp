// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "api/core.hpp"
#include "recording/synapse_recorder.hpp"
#include "va_event/data.hpp"
#include "va_event/processes.hpp"

namespace va_event::detail {

/// What has been recorded of synapses, put together from all processes, with the cells that the synapses connect:
/// what a projection's functions of the same names do. @throws UnknownNameError when nothing of it was recorded

[[nodiscard]] SynapseSignal synapse_signal(const Core& core, std::size_t projection, std::string_view variable,
                                           const recording::ChosenSynapses& chosen, Gather gather);
[[nodiscard]] SynapseChanges synapse_changes(const Core& core, std::size_t projection, std::string_view variable,
                                             const recording::ChosenSynapses& chosen, Gather gather);

}  // namespace va_event::detail
