// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "network/network.hpp"

namespace va_event::network {

/// Something that two descriptions have in common or not.
struct Trait {
  std::string name;      ///< "seed"
  std::string value;     ///< "17"
  bool is_hash = false;  ///< the value stands for more than anybody could read

  friend bool operator==(const Trait&, const Trait&) = default;
};

/// The sum, modulo 2^64, of a hash of (pre, post, weight, delay) of every synapse: the sums of parts of the synapses
/// add up to that of all.
[[nodiscard]] std::uint64_t hash_sum(const ProjectionData& projection);

/// What a simulation of the network depends on.
/// @param synapses hash_sum() of all synapses of each projection
[[nodiscard]] std::vector<Trait> traits_of(const Network& network, std::span<const std::uint64_t> synapses);

}  // namespace va_event::network
