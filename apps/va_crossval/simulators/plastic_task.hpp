// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "va_crossval/plasticity_network.hpp"
#include "va_crossval/session.hpp"
#include "va_crossval/simulators/network_file.hpp"
#include "va_crossval/simulators/peers.hpp"
#include "va_event/synapses.hpp"

namespace va_event::crossval {

/// A rule that other simulators have in the same sense, so that their runs have to converge to the exact one.
struct PlasticCase {
  std::string key;                      ///< in names of files
  std::string name;                     ///< in tables
  double dendritic_delay_fraction;      ///< NaN: the rule has none
  std::vector<std::string> simulators;  ///< keys of those that have it
  std::string rule;                     ///< NetworkDescription::rule
  std::vector<std::pair<std::string, double>> parameters;
  /// The library's own. @param weight [nA] @param delay [ms]
  SynapseType (*synapse)(const PlasticCase& of, const Values& weight, const Values& delay);
  double weight;  ///< at t = 0 [nA]
  double w_max;   ///< [nA]; 0: weights do not change

  [[nodiscard]] double parameter(const std::string& name) const;
};
[[nodiscard]] std::vector<PlasticCase> plastic_cases();

/// Sources with given spikes onto neurons that are not connected with each other, so that errors are not amplified as
/// in a network. A further strong input of each neuron makes it spike at times of its own; those that change are too
/// weak for that, but shift its spikes. Each delay is a whole number of ms, which no grid has to round; input spikes
/// are off all grids.
///
/// The last spike of each source comes after a silence and just before the end: it has reached all synapses of
/// dendritic_delay_fraction >= 0.4 by then, but no neuron. So simulators that bring a weight up to date when a
/// presynaptic spike comes have done so. No interval of a source is shorter than a delay, so that it makes no
/// difference whether a spike delivers the weight as of its arrival at the synapse or at the neuron.
struct PlasticTask {
  NetworkDescription description;
  Spikes spikes;                  ///< exact, of the neurons
  std::vector<double> weights{};  ///< exact, final; of rules that change them [nA]
  std::vector<PlasticSynapse> synapses{};
  Trains pre{}, post{};  ///< exact spikes of the sources, and of the neurons
};
/// Simulates it exactly. @throws Interrupted
[[nodiscard]] PlasticTask make_plastic_task(const PlasticCase& of, std::uint64_t seed, const Session& session);

/// Pairs of spikes whose order at the synapse a run has lost: those of the same number in the exact run and in that one
/// are taken for the same spikes. Of a neuron with more or fewer spikes no synapse is resolved.
/// @param fraction of delays that is dendritic @param inputs when the run takes spikes of sources @param dt [ms]
[[nodiscard]] UnresolvedPairs lost_orders(const PlasticTask& task, double fraction, const Spikes& run, InputTime inputs,
                                          double dt);

}  // namespace va_event::crossval
