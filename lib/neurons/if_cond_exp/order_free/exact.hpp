// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "neurons/if_cond_exp/if_cond_exp.hpp"
#include "neurons/if_cond_exp/order_free/input_history.hpp"

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

/// What happens to one neuron between two times: lengths of intervals, and inputs at the end of each.
struct IntervalList {
  std::vector<double> length;            ///< [ms]
  std::vector<double> add_exc, add_inh;  ///< at the interval's end [uS]
  /// Filled by find_conductances(): at the interval's start [uS].
  std::vector<double> exc, inh;
  std::vector<double> decay_exc, decay_inh;
  std::vector<double> after;  ///< filled by integrate(): y at the interval's end [mV]

  void clear() {
    length.clear();
    add_exc.clear();
    add_inh.clear();
  }
  void add(double h, double add_to_exc, double add_to_inh) {
    length.push_back(h);
    add_exc.push_back(add_to_exc);
    add_inh.push_back(add_to_inh);
  }
  [[nodiscard]] std::size_t size() const { return length.size(); }
};

/// The decays of the conductances over all intervals of a list.
void find_decays(const Constants& c, IntervalList& list);

/// The conductances at the starts of intervals begin ... end-1. @param exc, inh  at the first start; afterwards at the
/// last end
void find_conductances(IntervalList& list, std::size_t begin, std::size_t end, double& exc, double& inh);

/// y after each of the intervals from `begin` on. @param y at the start of the first
void integrate(const Constants& c, IntervalList& list, std::size_t begin, double y);

}  // namespace va_event::neurons::order_free_conductances
