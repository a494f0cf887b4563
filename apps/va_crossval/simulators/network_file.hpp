// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "va_event/va_event.hpp"

namespace va_event::crossval {

/// One network, written out for other simulators: every neuron, synapse and input spike that ours has.
/// Neurons are numbered 0 ... n-1, spike sources n, n+1, ...
struct NetworkDescription {
  std::string model;                                         ///< "IF_cond_exp" or "IF_curr_exp"
  std::vector<std::pair<std::string, double>> parameters{};  ///< of all neurons, PyNN's names and units
  double duration = 0.0;                                     ///< to simulate [ms]
  std::vector<double> v{};                                   ///< initial potential of each neuron [mV]
  // One element per synapse.
  std::vector<std::uint32_t> pre{};        ///< neuron or source
  std::vector<std::uint32_t> post{};       ///< neuron
  std::vector<double> weight{};            ///< [uS] or [nA]
  std::vector<double> delay{};             ///< [ms]
  std::vector<std::uint8_t> inhibitory{};  ///< receptor: 1 inhibitory, 0 excitatory
  std::vector<std::uint8_t> changing{};    ///< 1: follows the rule; read_network() leaves it empty
  std::string rule{};                      ///< of the synapses that change: "stdp", "tsodyks_markram", ...; "": none
  std::vector<std::pair<std::string, double>> rule_parameters{};  ///< PyNN's names and units
  // One element per spike of a source, by time.
  std::vector<std::uint32_t> source_ids{};
  std::vector<double> source_times{};  ///< [ms]

  /// Adds the synapses of a projection whose sets of cells begin with `first_pre` and `first_post` and are consecutive.
  void add(const Projection& projection, CellId first_pre, CellId first_post, bool is_inhibitory,
           bool is_changing = false);
};

/// Writes an HDF5 file: attributes `model`, `duration`; /parameters with one attribute per parameter; /neurons/v;
/// /synapses/{pre, post, weight, delay, inhibitory, changing}; /source_spikes/{ids, times}; if there is a rule,
/// /plasticity with its name `rule` and one attribute per parameter. @throws FileError
void write_network(const std::string& path, const NetworkDescription& network);

/// Reads what write_network() wrote, but for the rule. @throws FileError
[[nodiscard]] NetworkDescription read_network(const std::string& path);

/// Reads spikes from an HDF5 file with the datasets `times` [ms] and `ids`, in any order. @throws FileError
[[nodiscard]] Spikes read_spikes(const std::string& path);

/// Reads the dataset `weights` of such a file; empty if it has none. @throws FileError
[[nodiscard]] std::vector<double> read_weights(const std::string& path);

}  // namespace va_event::crossval
