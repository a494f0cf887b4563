// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

#include "va_event/data.hpp"

namespace va_event::synapses {

/// One decision that chance made at a synapse: a random number against a probability. Random numbers do not depend on
/// the arithmetic, but probabilities that follow from intervals between spikes do: a certificate compares them.

/// Which decision it is: the same in every arithmetic.
struct DrawKey {
  CellId pre = 0, post = 0;
  std::uint32_t number = 0;   ///< of the synapse among those of the pair of cells
  std::uint64_t ordinal = 0;  ///< of the source's spike, from t = 0
  bool is_release = true;     ///< false: what has recovered since the spike before

  auto operator<=>(const DrawKey&) const = default;
};

struct Draw {
  DrawKey key;
  std::uint32_t outcome = 0;  ///< how many release, or recover
  /// How far the random number is above the probability of fewer, and below that of so many; +inf: there is no such.
  double below = std::numeric_limits<double>::infinity();
  double above = std::numeric_limits<double>::infinity();
  double time_ms = 0.0;  ///< when the spike arrives at the target [ms]
};

}  // namespace va_event::synapses
