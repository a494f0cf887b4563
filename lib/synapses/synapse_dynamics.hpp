// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "events/instant.hpp"
#include "foundation/bytes.hpp"
#include "foundation/large_pages.hpp"
#include "network/network.hpp"
#include "synapses/draw.hpp"
#include "synapses/synapse_observation.hpp"

namespace va_event::synapses {

/// What changes of the synapses of one table: a list of numbers for each variable of the rule, one for each synapse in
/// the order of the table. All shards of a process share it, and each writes those of its own synapses.
template <class Real>
struct SynapseStates {
  std::vector<foundation::LargeArray<Real>> variables;
};

struct TableOfProjection {
  const network::ProjectionData* projection;
  const network::SynapseBlock* block;
};

/// What the state of one table's synapses onto one shard is made from.
template <class Real>
struct TableOnShard {
  const network::Network& network;
  const network::ProjectionData& projection;
  const network::SynapseBlock& block;
  network::Share::Range own;  ///< the shard's cells of the post population
  double longest_delay;       ///< of the table, in all processes [ms]
  /// The tables onto the same population that change and come before this one, by what they hold.
  std::vector<TableOfProjection> before;
  SynapseStates<Real>& states;  ///< empty for the first shard, which makes it
};

/// A spike at some consecutive synapses of a row, which it passes at the same time, or soon one after the other.
template <class Real>
struct Passage {
  std::size_t row = 0;              ///< of the synapse table
  std::size_t begin = 0, end = 0;   ///< synapses of that row, in its order
  events::Instant<Real> emitted{};  ///< when the source spiked
  events::Instant<Real> arrival{};  ///< at the first target
};

/// The rule by which the synapses of one table change, with its state: one object for each table and shard, which
/// has the state of the synapses onto the shard's neurons. The table keeps the initial weights, by which rows are
/// sorted and networks are compared. Synapses that do not change have no such object, and their weights are never
/// copied.
///
/// Everything that a rule returns must be a function of the spikes of source and target and of the network: never of
/// when it is called, or of the shards.
template <class Real>
class SynapseDynamics {
 public:
  using Instant = events::Instant<Real>;

  SynapseDynamics() = default;
  SynapseDynamics(const SynapseDynamics&) = delete;
  SynapseDynamics& operator=(const SynapseDynamics&) = delete;
  virtual ~SynapseDynamics() = default;

  /// The source of a row spiked. Called once for each spike, in their order, before any transmit() of it.
  /// @param now  the shard's present time
  virtual void source_spiked(std::size_t /*row*/, const Instant& /*emitted*/, const Instant& /*now*/) {}
  /// A target of this shard spiked. Called in the order of its spikes, before any later event of the shard.
  virtual void target_spiked(std::uint32_t /*target*/, const Instant& /*emitted*/, const Instant& /*now*/) {}

  /// The weights with which a spike passes the synapses [begin, end), when it arrives at the first of them; at the
  /// others it arrives before SynapseRule::looks_back ends. Those that lead to neurons of other shards, if there are
  /// any, get any number. Called once for each spike and synapse, at each synapse in the order of arrival.
  /// @returns one for each synapse, or of doubles one for all [uS], [nA] or [mV], valid until the next call
  [[nodiscard]] virtual std::span<const Real> transmit(const Passage<Real>& spike) = 0;

  // What transmit() will read of the synapses [begin, end) of a row is prefetched by these.
  /// Of the synapses.
  virtual void prefetch_synapses(std::size_t /*row*/, std::size_t /*begin*/, std::size_t /*end*/) const {}
  /// Of their targets.
  virtual void prefetch_targets(std::size_t /*row*/, std::size_t /*begin*/, std::size_t /*end*/) const {}

  /// The present weights of the synapses onto this shard's neurons, for rules that change them.
  /// @param weights  by synapse in the order of the table; others stay
  virtual void weights(const Instant& /*now*/, std::span<double> /*weights*/) {}
  /// The user gave the table other weights at `now`.
  virtual void weights_set(const Instant& /*now*/) {}
  /// The user is about to change parameters: what has to be done with the old ones is done now.
  virtual void parameters_will_change(const Instant& /*now*/) {}
  virtual void parameters_changed() {}

  // Certificates.
  /// From now on every decision of chance is kept for take_draws(). @pre nothing has run
  virtual void keep_draws() {}
  /// Appends those since the last call, at the synapses onto this shard's neurons, and forgets them.
  virtual void take_draws(std::vector<Draw>& /*draws*/) {}

  // Recording, for rules that tell what is recorded (SynapseRule::variables):
  /// The present value of a variable of a synapse onto this shard.
  [[nodiscard]] virtual double present(SynapseVariable /*variable*/, const Instant& /*now*/,
                                       const SynapsePlace& /*synapse*/) {
    return 0.0;
  }
  /// Notes the changes of these synapses from `now` on; of none: no more. @param synapses  onto this shard, ascending
  virtual void observe(std::span<const ObservedSynapse> /*synapses*/, const Instant& /*now*/) {}
  /// All changes before `now` since the last call, or since observe(), also those that are not worked out yet.
  [[nodiscard]] virtual std::vector<SynapseChange<Real>> take_changes(const Instant& /*now*/) { return {}; }

  // Checkpoints. What is saved must not depend on the shards.
  /// Whether there is something to save.
  [[nodiscard]] virtual bool can_be_saved() const { return false; }
  /// Brings the state into the one form that it has at `now`.
  virtual void prepare_to_save(const Instant& /*now*/) {}
  /// What is common to the table.
  virtual void save_table(foundation::ByteWriter& /*out*/) {}
  virtual void load_table(foundation::ByteReader& /*in*/) {}
  /// Of a row: what follows from the spikes of its source.
  virtual void save_row(std::size_t /*row*/, foundation::ByteWriter& /*out*/) {}
  virtual void load_row(std::size_t /*row*/, const Instant& /*now*/, foundation::ByteReader& /*in*/) {}
  /// Of a target: what follows from its spikes, and its synapses. @param synapses  by number in the table, ascending
  virtual void save_target(std::uint32_t /*target*/, std::span<const std::size_t> /*synapses*/,
                           foundation::ByteWriter& /*out*/) {}
  virtual void load_target(std::uint32_t /*target*/, std::span<const std::size_t> /*synapses*/,
                           foundation::ByteReader& /*in*/) {}
};

}  // namespace va_event::synapses
