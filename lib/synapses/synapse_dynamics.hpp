// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "events/instant.hpp"
#include "network/synapse_table.hpp"

namespace va_event::synapses {

/// A spike at some consecutive synapses of a row, which it passes at the same time.
template <class Real>
struct Passage {
  std::size_t row = 0;              ///< of the synapse table
  std::size_t begin = 0, end = 0;   ///< synapses of that row, in its order
  events::Instant<Real> emitted{};  ///< when the source spiked
  events::Instant<Real> arrival{};  ///< at the targets
};

/// The rule by which the synapses of one table change, with its state: one object for each table and shard, which
/// has the state of the synapses onto the shard's neurons. The table keeps the initial weights, by which rows are
/// sorted and networks are compared. Synapses that do not change have no such object, and their weights are never
/// copied.
///
/// Everything that a rule returns must be a function of the spikes of source and target and of the network: never of
/// when it is called.
template <class Real>
class SynapseDynamics {
 public:
  SynapseDynamics() = default;
  SynapseDynamics(const SynapseDynamics&) = delete;
  SynapseDynamics& operator=(const SynapseDynamics&) = delete;
  virtual ~SynapseDynamics() = default;

  /// The weights with which a spike passes the synapses [begin, end), when it arrives at them. All of them lead to
  /// neurons of this shard. Called once for each spike and synapse, at each synapse in the order of arrival.
  /// @returns one for each synapse [uS], [nA] or [mV], valid until the next call
  [[nodiscard]] virtual std::span<const double> transmit(const Passage<Real>& spike) = 0;
};

}  // namespace va_event::synapses
