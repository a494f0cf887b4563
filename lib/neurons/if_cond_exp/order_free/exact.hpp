// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "neurons/if_cond_exp/if_cond_exp.hpp"
#include "neurons/if_cond_exp/intervals/interval_arrays.hpp"
#include "neurons/if_cond_exp/order_free/ordered_inputs.hpp"

/// The exact work on one neuron: its intervals between inputs one after the other, in vectors.
namespace va_event::neurons::order_free_conductances {

using Kernel = IfCondExpKernel<double>;
using Constants = Kernel::Constants;

/// A neuron after one of its events. The ends of refractory periods do not cut the decay of conductances: those at x
/// follow from the frame's start and its inputs alone.
struct Place {
  double x = 0.0;               ///< of the last input, since the frame's start [ms]
  double exc = 0.0, inh = 0.0;  ///< conductances at x [uS]
  double from = 0.0;            ///< x, or later the end of refractoriness [ms]
  double y = 0.0;               ///< v - v_thresh at `from` [mV]; of no meaning while v is held
  bool held = false;            ///< v is not integrated: the neuron is refractory

  /// Refractoriness ends.
  void wake(double now, double y_then) {
    from = now;
    y = y_then;
    held = false;
  }
};

/// From where the drive never is positive, y stays below 0 whatever rounding makes of it.
/// @param y  after an interval that begins with these conductances, >= 0
[[nodiscard]] double below_threshold(const Constants& c, double exc, double inh, double y);

/// The state at place.from.
[[nodiscard]] State<double> state_of(const Constants& c, const Place& place);

/// The conductances at `x`, and y, unless it is held: the reference for the vectors.
void move(const Constants& c, Place& place, double x);

/// What happens to one neuron between two times: lengths of intervals, and inputs at the end of each. The arrays only
/// grow; elements behind the last interval have no meaning.
struct IntervalList {
  static constexpr std::size_t kPadding = IntervalArrays::kBehind;
  std::vector<double> length;            ///< [ms]
  std::vector<double> add_exc, add_inh;  ///< at the interval's end [uS]
  /// Filled by find_conductances(): at the interval's start [uS].
  std::vector<double> exc, inh;
  std::vector<double> decay_exc, decay_inh;
  /// Filled by integrate(): what the interval does to y, and y at its end [mV].
  std::vector<double> factor, offset;
  std::vector<double> after;
  std::size_t size = 0;

  void clear() { size = 0; }
  void resize(std::size_t count) {
    size = count;
    if (size + kPadding > length.size()) {
      for (auto* numbers :
           {&length, &add_exc, &add_inh, &exc, &inh, &decay_exc, &decay_inh, &factor, &offset, &after}) {
        numbers->resize(2 * (size + kPadding));
      }
    }
  }
  /// Intervals from `x` to each of the inputs, and from the last one to `end`.
  void append(const OrderedInputs& inputs, double x, double end) {
    const std::size_t first = size;
    const std::size_t count = inputs.size;
    resize(size + count + 1);
    double* const lengths = length.data() + first;
    lengths[0] = (count > 0 ? inputs.x[0] : end) - x;
    for (std::size_t k = 1; k < count; ++k) {
      lengths[k] = inputs.x[k] - inputs.x[k - 1];
    }
    if (count > 0) {
      lengths[count] = end - inputs.x[count - 1];
    }
    std::copy_n(inputs.exc.begin(), count, add_exc.data() + first);
    std::copy_n(inputs.inh.begin(), count, add_inh.data() + first);
    add_exc[first + count] = add_inh[first + count] = 0.0;
  }
};

/// The decays of the conductances over all intervals of a list.
void find_decays(const Constants& c, IntervalList& list);

/// The conductances at the starts of intervals begin ... end-1. @param exc, inh  at the first start; afterwards at the
/// last end
void find_conductances(IntervalList& list, std::size_t begin, std::size_t end, double& exc, double& inh);

/// y after each of the intervals from `begin` on. @param y at the start of the first
void integrate(const Constants& c, IntervalList& list, std::size_t begin, double y);

}  // namespace va_event::neurons::order_free_conductances
