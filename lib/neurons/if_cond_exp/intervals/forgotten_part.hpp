// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

#include "neurons/if_cond_exp/constants.hpp"
#include "neurons/if_cond_exp/intervals/conductances.hpp"
#include "neurons/state.hpp"
#include "numerics/elementary.hpp"

/// IF_cond_exp in long intervals with large conductances: the first part is not integrated, since v forgets it. What v
/// was at s counts in v(h) with the factor e^{-(M(h) - M(s))}, which no digit of v(h) shows once M(h) - M(s) is large.
namespace va_event::neurons::intervals {

/// Where y would rest if the conductances stayed as they are [mV]: a value between the reversal potentials, with which
/// an interval can begin whose y(0) does not matter. @pre conductances >= 0
template <class Real>
[[nodiscard]] Real stationary(const IfCondExpConstants<Real>& c, const State<Real>& state) {
  const Real ge = c.resistance * state.exc;
  const Real gi = c.resistance * state.inh;
  return (c.y_leak + ge * c.y_exc + gi * c.y_inh) / (Real(1) + ge + gi);
}

/// M(h) - M(s): the integral of the total conductance over [s, h], over cm; without unit. In the form of
/// quadrature.hpp, without cancellation. @param s, h  times after the state [ms], 0 <= s <= h
template <class Real>
[[nodiscard]] Real memory(const IfCondExpConstants<Real>& c, const State<Real>& state, const Real& s, const Real& h) {
  const Real left = h - s;
  return left * c.rate_m -
         c.resistance * (state.exc * c.tau_exc * c.rate_m * numerics::elementary::exp(Real(-s * c.rate_exc)) *
                             numerics::elementary::expm1(Real(-left * c.rate_exc)) +
                         state.inh * c.tau_inh * c.rate_m * numerics::elementary::exp(Real(-s * c.rate_inh)) *
                             numerics::elementary::expm1(Real(-left * c.rate_inh)));
}

/// The length s of the part of [0, h] whose influence on y(h) is below the last bit: what y was at its end does not
/// matter. At least 2 `enough` is left of M, so that the factor is at most 2^{-2 (digits + 12)}: twice the digits there
/// are. At most 4 `enough` = 2.8 (digits + 12) is left, which bounds the number of steps: 182 of M for double.
/// @returns [ms], in [0, h]; 0 when no more than 4 `enough` is there from the start
template <class Real>
[[nodiscard]] Real forgotten_part(const IfCondExpConstants<Real>& c, const State<Real>& state, const Real& h) {
  const Real enough = (std::numeric_limits<Real>::digits + 12) * (Real(7) / 10);  // > log 2
  if (state.exc < Real(0) || state.inh < Real(0)) {
    return Real(0);  // conductances below 0 are no physical ones; M need not be monotone
  }
  Real s(0);
  State<Real> there = state;
  // M(h) - M(s) is convex and falls with s: Newton's method approaches the aim from the left and never passes it.
  for (Real left = memory(c, state, s, h); left > 4 * enough; left = memory(c, state, s, h)) {
    const Real slope = (Real(1) + c.resistance * (there.exc + there.inh)) * c.rate_m;
    s += (left - 2 * enough) / slope;
    there = decay_conductances(c, state, s);
  }
  return s;
}

}  // namespace va_event::neurons::intervals
