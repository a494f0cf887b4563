// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "reference_simulator.hpp"
#include "va_event/va_event.hpp"

namespace va_event {

/// A small network (1 ... 12 neurons of both models) in which everything that could matter occurs often: every order
/// and equality of the time constants, resting potentials on both sides of the threshold, no refractoriness,
/// delays from 1e-300 ms to longer than an epoch, simultaneous inputs, self-connections, several synapses of one pair,
/// weights of either sign, current steps, initial states above the threshold.
[[nodiscard]] reference::Description random_network(std::uint64_t seed);

/// A network like those, most of whose neurons get one or two sinusoidal currents: from much slower to several times
/// faster than everything else, into refractoriness, from the start on or later, beside steps.
[[nodiscard]] reference::Description driven_network(std::uint64_t seed);

/// A network like either of those, whose current-based neurons can have order-free sums: they have common time
/// constants, and no delay below 1/64 ms. All have a refractory period.
[[nodiscard]] reference::Description with_order_free_sums(reference::Description network, std::uint64_t seed);

/// The same, but the neurons keep time constants of their own: any order, equal, equal but for some bits, and in some
/// networks as short as 0.02 ms. Or all neurons have the same ones, nearly equal to each other.
[[nodiscard]] reference::Description with_own_time_constants(reference::Description network, std::uint64_t seed);

/// A network like either of those, all of whose neurons are conductance-based and can have order-free conductances:
/// they have common synaptic time constants, thresholds between the reversal potentials, and no delay below 1/64 ms.
[[nodiscard]] reference::Description with_order_free_conductances(reference::Description network, std::uint64_t seed);

/// A network like either of those, whose conductance-based neurons can list their inputs: none of their delays is below
/// 1/64 ms.
[[nodiscard]] reference::Description with_lists_of_inputs(reference::Description network, std::uint64_t seed);

/// A network like either of those, some of whose neurons at least are current-based, all of which can be held by the
/// amplitudes of their exponentials: time constants from 0.1 ms on, in some networks common ones, none of a synapse
/// close to that of its membrane. None of their delays is below 1/64 ms.
[[nodiscard]] reference::Description with_amplitudes(reference::Description network, std::uint64_t seed);

/// A network like those, many of whose synapses are plastic: of some groups, each of one rule, with random numbers
/// that are common to a group or differ from pair to pair. Delays of plastic synapses are not below 0.01 ms, and
/// neurons have a refractory period.
[[nodiscard]] reference::Description plastic_network(std::uint64_t seed);

/// The same network made with the public interface. Cells have the ids of the description.
struct BuiltNetwork {
  explicit BuiltNetwork(const reference::Description& description, unsigned threads = 0, Precision precision = {},
                        std::shared_ptr<Processes> processes = nullptr,
                        SimulationMethod method = SimulationMethod::automatic);

  [[nodiscard]] Spikes spikes() const { return everything.front().spikes(); }

  Simulation simulation;
  std::vector<Population> populations;
  std::vector<Assembly> neurons;     ///< all neurons, if there are any
  std::vector<Assembly> everything;  ///< sources and neurons
  std::vector<Projection> plastic;   ///< projections of plastic synapses
  /// By projection: the numbers of its synapses in the description, in the order of its arrays. Synapses of one pair,
  /// delay and weight are one as good as the other.
  std::vector<std::vector<std::size_t>> plastic_synapses;

 private:
  void connect_plastic(const reference::Description& d, const Population& pre, const Population& post,
                       const std::vector<ListedConnection>& list, std::vector<std::size_t> synapses,
                       const ProjectionOptions& options);
};

}  // namespace va_event
