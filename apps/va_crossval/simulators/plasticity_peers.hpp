// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "va_crossval/session.hpp"
#include "va_crossval/simulators/peer_choice.hpp"
#include "va_crossval/simulators/plastic_task.hpp"
#include "va_crossval/study.hpp"

namespace va_event::crossval {

/// Other simulators with synapses that change, at shrinking steps, against the exact run.
struct PlasticityPeers {
  PeerChoice choice;
  std::vector<double> steps;  ///< [ms], descending
  bool steps_given = false;   ///< by the user: none of them is left out because it takes long
  std::uint64_t seed = 1;

  /// How many simulations there are, the exact ones included. @pre choice.find()
  [[nodiscard]] std::size_t runs() const;
  /// Adds tables, a figure and notes to a study. @return what failed
  [[nodiscard]] std::vector<std::string> add_to(Study& study, Session& session) const;

 private:
  [[nodiscard]] std::vector<double> steps_of(const Peer& peer) const;
  /// Those of the simulators that are installed, and have a step, as indices of the choice. @param simulators keys
  [[nodiscard]] std::vector<std::size_t> that_have(const std::vector<std::string>& simulators) const;
  void add_rules(Study& study, std::vector<std::string>& failures, Session& session) const;
  void add_stochastic(Study& study, std::vector<std::string>& failures, Session& session) const;
};

/// One row of the table: a run against the exact one.
[[nodiscard]] std::vector<Entry> row_of_run(const PlasticCase& of, const PlasticTask& task, const Peer& simulator,
                                            const PeerRun& run, double median_error);

}  // namespace va_event::crossval
