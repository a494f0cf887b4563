// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/core.hpp"
#include "recording/synapse_recorder.hpp"
#include "va_event/projection.hpp"

namespace va_event::detail {

/// Recording of synapses: what a projection's functions of the same names do, and what a run does for it. How the
/// result is read: recorded_synapses.hpp.
///
/// Samples are taken between two parts of a run, which is cut at their times: cuts have no effect on results. Changes
/// are noted by the rules, shard by shard, and collected when a run ends. All processes make the same cuts.

/// The present values of a variable, one for each synapse in the projection's order.
[[nodiscard]] std::vector<double> synapse_values(const Core& core, std::size_t projection, std::string_view variable);
void record_synapses(Core& core, std::size_t projection, const std::vector<std::string>& variables,
                     const SynapseRecording& how);

/// Runs the engine until `stop`, and takes all samples before it. @returns false when keep_going said no
[[nodiscard]] bool run_with_samples(Core& core, const Time& stop, const std::function<bool(const Time&)>& keep_going);
/// Tells the engine of which synapses changes are recorded, if it does not know.
void observe_synapses(Core& core);
/// Takes the changes that the engine has noted.
void collect_synapse_changes(Core& core);

/// Gives what a checkpoint held to the processes, each of which keeps that of its own synapses.
/// @param data  of all processes, in each of them
void share_synapse_data(const Core& core, recording::SynapseRecorder& data);

}  // namespace va_event::detail
