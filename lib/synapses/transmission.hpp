// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "network/synapse_table.hpp"
#include "synapses/synapse_dynamics.hpp"

namespace va_event::synapses {

/// Consecutive synapses of one row, and what they are worth to a spike: the input that each target gets.
/// @tparam Weight  double for static synapses, the engine's number type for those that change
template <class Weight>
struct Transmission {
  std::span<const std::uint32_t> target;  ///< index within the post population
  std::span<const Weight> weight;         ///< [uS], [nA] or [mV]; empty: constant_weight
  double constant_weight = 0.0;

  [[nodiscard]] Weight weight_of(std::size_t k) const { return weight.empty() ? Weight(constant_weight) : weight[k]; }
};

/// What the synapses [begin, end) of a row are worth to a spike: the seam between the routing of spikes and the neurons
/// that they reach. One call for each spike and stretch of a row. Static synapses: views of the table, without a copy.
[[nodiscard]] inline Transmission<double> transmit(const network::SynapseTable& table,
                                                   const network::SynapseTable::Row& row, std::size_t begin,
                                                   std::size_t end) {
  const bool constant = row.weight.empty();
  return {row.target.subspan(begin, end - begin), constant ? row.weight : row.weight.subspan(begin, end - begin),
          constant ? table.constant_weight() : 0.0};
}

/// The same for synapses that change.
template <class Real>
[[nodiscard]] Transmission<Real> transmit(SynapseDynamics<Real>& dynamics, const network::SynapseTable::Row& row,
                                          const Passage<Real>& spike) {
  const std::span<const Real> weight = dynamics.transmit(spike);
  const std::span<const std::uint32_t> target = row.target.subspan(spike.begin, spike.end - spike.begin);
  if constexpr (std::is_same_v<Real, double>) {
    if (weight.size() < target.size()) {
      return {target, {}, weight[0]};
    }
  }
  return {target, weight, 0.0};
}

}  // namespace va_event::synapses
