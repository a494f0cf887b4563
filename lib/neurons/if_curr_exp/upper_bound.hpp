// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <limits>
#include <type_traits>

#include "neurons/safe_interval.hpp"
#include "neurons/state.hpp"

namespace va_event::neurons {

/// A State that carries how far the neuron is from a spike, so that most synaptic events need no look at it: an input
/// adds the same four numbers, times its weight, to every target of a spike. What an event touches is in one cache
/// line.
struct alignas(64) BoundedRecord {
  double y;
  double exc;
  double inh;
  double upper_bound;  ///< < 0: y stays below this number for the rest of the epoch, if no event comes [mV]. See below
  double t;            ///< time of the neuron's last own event, since the start of the epoch [ms]

  /// What a checkpoint holds of it beside the upper bound.
  [[nodiscard]] std::array<double*, 4> numbers() noexcept { return {&y, &exc, &inh, &t}; }
};

/// The upper bound: an upper bound of y over the rest of the epoch. An input raises y by at most the highest potential
/// that it makes on its own until then, so it raises the bound by that, which is the same for all targets of a spike;
/// an inhibitory input raises nothing. So the bound is a running sum. Only when it reaches 0 is the neuron looked at:
/// what it is by then gives a new bound, or it is too close to its threshold for one. Then every event takes a look,
/// which says how long the neuron is safe (safe_interval.hpp).
///
/// Every event raises the bound a little more than that, by far more than what rounding may have added to y, to what y
/// is made of and to the bound itself.
namespace upper_bound {

/// There is no bound: every event needs a look. Larger than whatever inputs add.
inline constexpr double kNone = 0x1p+900;
/// The same, and the root finder has an answer for the present interval.
inline constexpr double kAlreadySearched = 0x1p+1000;
/// Of a refractory neuron: no event needs a look.
inline constexpr double kRefractory = -0x1p+900;

/// Part of an input's potentials that is added to the bound [1].
inline constexpr double kSlack = 0x1p-30;
/// Part of kLargest times the potentials of the constants that each event adds to the bound.
inline constexpr double kEventSlack = 8 * std::numeric_limits<double>::epsilon();
/// Neurons whose potentials are larger than this many times those of the constants have no upper bound.
inline constexpr double kLargest = 1024.0;

/// What an input of weight 1 adds to a record.
template <class Real>
struct Input {
  Real m;
  Real exc;
  Real inh;
  Real up;    ///< to the upper bound
  Real down;  ///< if the weight is -1
};

/// What an input adds to the upper bound.
[[nodiscard]] inline double of_input(double weight, double up, double down, double slack) {
  const double raised = weight * up;
  const double other = weight * -down;
  return (raised > other ? raised : other) + slack;
}

}  // namespace upper_bound

/// Whether a kernel's records are BoundedRecords.
template <class Kernel>
concept HasUpperBound = requires {
  requires Kernel::kHasUpperBound;
};

namespace detail {
template <class Kernel, class Real>
struct RecordOf {
  using Type = State<Real>;
};
template <class Kernel, class Real>
requires HasUpperBound<Kernel>
struct RecordOf<Kernel, Real> {
  using Type = BoundedRecord;
};
}  // namespace detail

/// What memory holds of a neuron.
template <class Kernel, class Real>
using RecordOf = typename detail::RecordOf<Kernel, Real>::Type;

}  // namespace va_event::neurons
