// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "va_event/data.hpp"

namespace va_event {

/// Recorded data as files.

/// Formats, by the ending of the file name (in any case):
///  .gdf  one line per spike: id, tab, time [ms] with every digit; what NEST writes and Neo's NestIO reads
///  .csv  header line, then `id,time_ms` (spikes, time with every digit) or `time_ms,<id>,<id>,...` (signals)
///  .npz  numpy arrays. Spikes: `ids` (uint32), `times` (float64, nearest [ms]), `times_residual` (float64;
///        times + times_residual is exact). Signals: `values` [samples x ids], `times`, `ids`, `sampling_interval`,
///        `variable`, `unit`. Both: `population_labels`, `population_first_ids`, `population_sizes`.
///  .h5   SONATA: /spikes/<population>/{timestamps, timestamps_residual, node_ids} with `units`, `sorting`; signals
///        /report/<population>/{data, mapping/{node_ids, index_pointers, element_ids, time}}, `data` in single
///        precision, as SONATA has it and its readers demand (.npz and .csv keep every digit). Node ids count from 0
///        within each population; every population given gets its group, "/" in its label becomes "_".
///        Read by libsonata, and by BMTK, for which the mapping also has `index_pointer` and `element_pos`.
/// Spikes of a simulation wider than double keep their digits: .gdf and .csv show as many as its precision is worth,
/// .npz and .h5 get `times_residual2`, `times_residual3`, ... (`timestamps_residual2`, ...): the exact time is the sum
/// of times and all of its residuals, each far below the last bit of the one before.
/// Signals cannot be written as .gdf.
/// Connections: .csv with `pre,post,weight_<unit>,delay_ms`; .npz with the arrays `pre`, `post` (uint32), `weights`,
/// `delays` and the text `weight_unit`; .h5, SONATA's edges: /edges/<population>_to_<population> with
/// `source_node_id`, `target_node_id`, `edge_type_id` and group 0 with `syn_weight` and `delay`.
/// Recorded variables of synapses: samples as .csv with `time_ms,<synapse>,<synapse>,...` or .npz with the arrays
/// `values` [samples x synapses], `times`, `synapses` (uint64), `pre`, `post` (uint32), `sampling_interval` and the
/// texts `variable`, `unit`; changes as .csv with `time_ms,synapse,pre,post,<variable>_<unit>` (time with every digit)
/// or .npz with the arrays `times`, `times_residual`, `synapses`, `pre`, `post`, `values` and the same texts. Synapses
/// are numbered as in the file of the connections.
/// Files of equal data are equal, byte by byte.
///
/// Every writer writes to a temporary name in the same folder and renames when all of it is on disk: a crash never
/// leaves half a file under the final name.
/// @param path of the file, which is replaced; its folder has to exist @param populations those that the cells belong
/// to
/// @throws FileError with path and reason; UnknownNameError for another ending; IndexError for a cell of no population
///         (.h5); SizeError when arrays that belong together differ in length.
void write_spikes(const std::string& path, const Spikes& spikes, std::span<const PopulationRange> populations);
void write_signal(const std::string& path, const Signal& signal, std::span<const PopulationRange> populations);
void write_connections(const std::string& path, const Connections& connections,
                       std::span<const PopulationRange> populations);
void write_synapse_signal(const std::string& path, const SynapseSignal& signal,
                          std::span<const PopulationRange> populations);
void write_synapse_changes(const std::string& path, const SynapseChanges& changes,
                           std::span<const PopulationRange> populations);

/// Writes text under the same promise (used for the JSON sidecar).
void write_text(const std::string& path, std::string_view text);

/// The endings that write_spikes understands, with the dot: ".gdf", ".csv", ".npz", ".h5".
[[nodiscard]] std::span<const std::string_view> file_formats() noexcept;

/// Makes `folder` (with parents; "" is the present one) and proves that a file can be created and filled in it.
/// @throws FileError
void prepare_folder(const std::string& folder);

}  // namespace va_event
