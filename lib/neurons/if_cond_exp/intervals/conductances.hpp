// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

#include "neurons/if_cond_exp/constants.hpp"
#include "neurons/state.hpp"
#include "numerics/elementary.hpp"

/// What the conductances of IF_cond_exp do in an interval without input, and how much they weigh there. They decay
/// independently of v, so that they are exact at the end of an interval, however the interval is integrated; and their
/// size at its start decides by which method that is.
namespace va_event::neurons::intervals {

/// The state `h` later, but for y and t: the conductances decay, two exponentials. @param h  [ms], >= 0, any length
template <class Real>
[[nodiscard]] State<Real> decay_conductances(const IfCondExpConstants<Real>& c, const State<Real>& state,
                                             const Real& h) {
  return {state.y, decayed(state.exc, numerics::elementary::exp(Real(-h * c.rate_exc))),
          decayed(state.inh, numerics::elementary::exp(Real(-h * c.rate_inh))), state.t};
}

/// decay_conductances(), with one exponential where it is enough: for equal time constants, and, squared, where one is
/// twice the other. The bits of the square may differ from those of its own exponential: callers have to use one of the
/// two functions throughout.
template <class Real>
[[nodiscard]] State<Real> decay_by_ratio(const IfCondExpConstants<Real>& c, const State<Real>& state, const Real& h) {
  if (c.series.ratio == 0) {
    return decay_conductances(c, state, h);
  }
  const Real slow = numerics::elementary::exp(Real(-h * c.series.rate_slow));
  const Real fast = c.series.ratio == 1 ? slow : slow * slow;
  const bool exc_is_slow = c.series.excitatory_is_slow;
  return {state.y, decayed(state.exc, exc_is_slow ? slow : fast), decayed(state.inh, exc_is_slow ? fast : slow),
          state.t};
}

/// What decides how an interval is integrated. A synapse that cannot move y by a rounding error is left out of it: it
/// may be so fast that it alone would ask for countless steps.
template <class Real>
struct Load {
  Real conductance;  ///< 1 + |ge| + |gi|, in units of the leak
  Real rate;         ///< 1/tau_syn of the fastest synapse that matters [1/ms]; 0: none does
  bool leak_only;    ///< neither synapse moves y by a rounding error
};

/// @param state  its conductances may have any sign @param h  length of the interval [ms], >= 0
template <class Real>
[[nodiscard]] Load<Real> load_of(const IfCondExpConstants<Real>& c, const State<Real>& state, const Real& h) {
  const Real negligible = std::numeric_limits<Real>::epsilon() / 1024;
  const Real exc = c.resistance * magnitude(state.exc);
  const Real inh = c.resistance * magnitude(state.inh);
  // ge times the shorter of h and tau_syn, over tau_m, bounds what the synapse can add to the exponent M, and so what
  // it can move y, in units of the distance to its reversal potential.
  const bool exc_matters = exc * (h < c.tau_exc ? h : c.tau_exc) * c.rate_m > negligible;
  const bool inh_matters = inh * (h < c.tau_inh ? h : c.tau_inh) * c.rate_m > negligible;
  const Real rate_exc = exc_matters ? c.rate_exc : Real(0);
  const Real rate_inh = inh_matters ? c.rate_inh : Real(0);
  return {Real(1) + exc + inh, rate_exc > rate_inh ? rate_exc : rate_inh, !exc_matters && !inh_matters};
}

}  // namespace va_event::neurons::intervals
