// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "network/network.hpp"

namespace va_event::network {

/// What identifies a simulation: names and values of all that its results depend on. A checkpoint holds them, and is
/// refused by a simulation that differs in one, whose name the error then states.

/// One property of a simulation, which two simulations have in common or not.
struct Trait {
  std::string name;      ///< "seed"
  std::string value;     ///< "17"
  bool is_hash = false;  ///< the value is a hash of many numbers and means nothing to a reader

  friend bool operator==(const Trait&, const Trait&) = default;
};

/// The sum, modulo 2^64, of a hash of (pre, post, weight, delay) of every synapse: the sums of parts of the synapses
/// add up to that of all.
[[nodiscard]] std::uint64_t hash_sum(const ProjectionData& projection);

/// All properties that a simulation of the network depends on, in a fixed order.
/// @param synapses hash_sum() of all synapses of each projection
[[nodiscard]] std::vector<Trait> traits_of(const Network& network, std::span<const std::uint64_t> synapses);

}  // namespace va_event::network
