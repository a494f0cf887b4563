// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "foundation/bytes.hpp"
#include "network/network.hpp"
#include "recording/recorder.hpp"
#include "va_event/data.hpp"
#include "va_event/processes.hpp"
#include "va_event/simulation.hpp"

/// Results of all processes of a simulation, put together in the order that they would have in one process. All
/// processes must call these functions, in the same order and with the same arguments, unless `gather` says that
/// nothing is gathered.
namespace va_event::detail {

/// The messages of all processes by rank; with Gather::at_root in process 0 only, and none elsewhere.
[[nodiscard]] std::vector<Processes::Bytes> exchange(const foundation::ByteWriter& message, Processes& processes,
                                                     Gather gather);

/// Recorded spikes of `ids`, by time; simultaneous ones by cell. @param recorder of this process
[[nodiscard]] Spikes gather_spikes(const recording::Recorder& recorder, std::span<const CellId> ids,
                                   Processes& processes, Gather gather);

/// The samples of `ids`, columns in ascending order of ids.
/// @throws UnknownNameError when no process has a cell of `ids` that records the variable; StateError when they are not
/// sampled at the same times
[[nodiscard]] Signal gather_signal(const recording::Recorder& recorder, std::string_view variable,
                                   std::span<const CellId> ids, Processes& processes, Gather gather);

/// One number for each of `ids`, from the process that has the cell.
/// @param mine of the local ones, in their order
[[nodiscard]] std::vector<double> gather_values(const network::Network& network, std::span<const CellId> ids,
                                                const std::vector<double>& mine, Processes& processes);

/// A number for each synapse of a projection, by block and place in its table.
using SynapseColumns = std::vector<std::vector<double>>;

/// All synapses of a projection, in the order that they have in one process: by source, then population, delay, target
/// and weight. @param weights in the place of those of the tables, unless it is empty. Each process's list is sorted
/// that way, so that they are merged.
[[nodiscard]] std::vector<ListedConnection> gather_connections(const network::Network& network,
                                                               const network::ProjectionData& projection,
                                                               Processes& processes,
                                                               const SynapseColumns& weights = {});

/// The sums of all counts.
[[nodiscard]] RunStatistics gather_statistics(const RunStatistics& mine, Processes& processes);
[[nodiscard]] WorkCounts gather_work_counts(const WorkCounts& mine, Processes& processes);

/// The sum over the processes of each number, modulo 2^64.
[[nodiscard]] std::vector<std::uint64_t> gather_sums(const std::vector<std::uint64_t>& mine, Processes& processes);

}  // namespace va_event::detail
