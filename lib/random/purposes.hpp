// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace va_event::random {

/// The list of what random numbers are drawn for. Each purpose has streams of its own, so that a draw for one of them
/// moves no other: a network with random weights has the same connections as one with constant ones.

/// The second part of a random stream's key (seed, purpose, object, item): what the numbers are for. Numbers in use
/// never change, or seeds would mean other networks.
enum class Purpose : std::uint64_t {
  poisson_source = 1,  ///< random spike sources of any kind but SpikeSourcePoisson; object: cell id
  connector = 2,       ///< + 2^16 * part; object: projection, item and part: given by the connector
  weight = 3,          ///< object: projection; its first word is the key of streams of single synapses
  delay = 4,           ///< likewise
  position = 5,        ///< object: population, item: index of the cell
  native_rng = 6,      ///< PyNN's NativeRNG; object: its number among those of a network, item: counts when it is long
  poisson_train = 7,  ///< key of the sources' trains (lib/sources/poisson_train.hpp); item: number of the rate's change
  normal_pair = 8,    ///< normally distributed weights and delays together, otherwise as weight
  release = 9,        ///< what chance decides at synapses; object: 0; its first word is the key of their streams
  synapse_parameter = 0x400,  ///< + index of the parameter; object: projection, otherwise as weight
  parameter = 0x100,          ///< + index of the parameter; object: cell id
  initial_value = 0x200       ///< + index of the variable; object: cell id
};

}  // namespace va_event::random
