// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "va_crossval/session.hpp"
#include "va_crossval/simulators/network_file.hpp"
#include "va_crossval/simulators/peers.hpp"
#include "va_crossval/study.hpp"
#include "va_event/synapses.hpp"

namespace va_event::crossval {

/// Stochastic synapses in several simulators. They draw other random numbers, so that what is compared is how many of
/// many synapses release at each spike of a source, with the probability that follows from the definition.
struct StochasticCase {
  std::string key;   ///< NetworkDescription::rule
  std::string name;  ///< in tables
  std::vector<std::string> simulators;
  std::vector<std::pair<std::string, double>> parameters;
  /// The library's own. @param weight [nA] @param delay [ms]
  SynapseType (*synapse)(const StochasticCase& of, double weight, double delay);
  double sites;  ///< that release

  [[nodiscard]] double parameter(const std::string& name) const;
};
[[nodiscard]] std::vector<StochasticCase> stochastic_cases();

/// When the source spikes [ms].
[[nodiscard]] std::vector<double> stochastic_source();
/// The probability that any site releases at each of these times, from the definition: sites release independently of
/// each other, a full one with probability u, and an empty one recovers with 1 - exp(-h/tau_rec) in an interval h.
[[nodiscard]] std::vector<double> release_probabilities(const StochasticCase& of, const std::vector<double>& times);

/// One source onto many neurons, each of which spikes when its synapse releases.
struct StochasticTask {
  NetworkDescription description;
  Spikes spikes;  ///< the library's
};
[[nodiscard]] StochasticTask make_stochastic_task(const StochasticCase& of, std::uint64_t seed, const Session& session);

[[nodiscard]] Table release_table();
/// Its row of one simulator. @param spikes of the neurons
[[nodiscard]] std::vector<Entry> row_of_releases(const StochasticCase& of, const std::string& simulator,
                                                 const Spikes& spikes);

}  // namespace va_event::crossval
