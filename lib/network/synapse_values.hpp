// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "network/network.hpp"
#include "network/projection_context.hpp"
#include "va_event/synapses.hpp"
#include "va_event/values.hpp"

namespace va_event::network {

/// Weights and delays of synapses: from the user's `Values` to checked numbers, one for each synapse that a connector
/// did not give its own.
///
/// Random numbers of a synapse are a function of the seed, the projection and the synapse alone: its pre cell, its post
/// cell, and its number among the synapses of that pair. So neither the order of construction nor threads and processes
/// matter. Normal distributions, which most networks use, take both numbers from one block of random bits and are
/// computed in vectors (random/normal_pairs.hpp): the weight has the cosine and the delay the sine. All other
/// distributions draw from a stream of the synapse, RandomStream(key, number, pre, post), with a key of the seed, the
/// projection and what is drawn.

/// Stands for a weight or delay that a connector leaves to the projection. Smaller than all that are allowed, so that
/// sorting puts it first.
inline constexpr double kProjectionsOwn = -std::numeric_limits<double>::infinity();

/// The weight, with -0.0 turned into 0.0 (equal weights must have equal bits).
/// @throws ParameterError unless it is finite, and >= 0 for a conductance-based target.
[[nodiscard]] double checked_weight(double weight, const CellModel& target);

/// @throws ParameterError unless 0 < delay < infinity [ms].
[[nodiscard]] double checked_delay(double delay);

/// The same of many.
void check_weights(std::span<double> weights, const CellModel& target);
void check_delays(std::span<double> delays);

/// Some synapses: which pairs of cells they connect, counted within the projection's sets, and their number among those
/// of the pair.
struct SynapseBatch {
  std::span<const std::uint32_t> pre, post, number;
};

/// The keys of the random numbers of one projection's synapses.
struct SynapseKeys {
  SynapseKeys(std::uint64_t seed, std::size_t projection);
  /// The same key for all of them.
  explicit SynapseKeys(std::uint64_t key) : weight(key), delay(key), normal(key) {}

  std::uint64_t weight, delay;  ///< of streams for one value
  std::uint64_t normal;         ///< of pairs of normal numbers
};

/// The weights and delays of a projection's synapses. Any number of threads may fill() at once unless
/// calls_user_functions().
class SynapseValues {
 public:
  /// Memory that fill() needs, for one thread.
  struct Scratch {
    std::vector<double> weight, delay;
  };

  /// Keeps references to `synapse` and `context`. @throws SizeError for an array that is not n_pre * n_post long
  SynapseValues(const StaticSynapse& synapse, const ProjectionContext& context, const SynapseKeys& keys);

  [[nodiscard]] const double* constant_weight() const noexcept { return synapse_.weight.constant(); }
  [[nodiscard]] const double* constant_delay() const noexcept { return synapse_.delay.constant(); }
  [[nodiscard]] bool calls_user_functions() const noexcept;

  /// Assigns the values of a batch: all of them, or those that are kProjectionsOwn.
  /// @param weights, delays  as long as the batch; empty: not wanted
  void fill(const SynapseBatch& batch, std::span<double> weights, std::span<double> delays, bool all,
            Scratch& scratch) const;

 private:
  const StaticSynapse& synapse_;
  const ProjectionContext& context_;
  SynapseKeys keys_;
};

/// @throws SizeError unless an array has one number for each pair of cells
void check_size(const Values& values, std::string_view field, std::size_t pairs);

/// The keys of a parameter of a projection's rule.
[[nodiscard]] SynapseKeys keys_of_parameter(std::uint64_t seed, std::size_t projection, std::size_t parameter);

/// Values of a batch, as SynapseValues has weights.
void evaluate_values(const Values& values, const SynapseKeys& keys, const ProjectionContext& context,
                     const SynapseBatch& batch, std::span<double> result);

/// Random weights of a batch, as SynapseValues draws them.
void draw_weights(const RandomDistribution& distribution, const SynapseKeys& keys, const SynapseBatch& batch,
                  std::span<double> weights);

}  // namespace va_event::network
