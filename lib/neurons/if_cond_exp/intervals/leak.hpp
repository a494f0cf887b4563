// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "neurons/if_cond_exp/constants.hpp"
#include "neurons/if_cond_exp/intervals/conductances.hpp"
#include "neurons/state.hpp"
#include "numerics/elementary.hpp"

/// IF_cond_exp in intervals where the synapses do not move v by a rounding error: in closed form. Such intervals are
/// common after long silences, and may be of any length; methods with steps would take ever more of them there.
namespace va_event::neurons::intervals {

/// The state `h` later where only the leak acts on y: y_leak + (y - y_leak) e^{-h/tau_m}. The conductances, however
/// small, decay as always. @param h  [ms], >= 0, any length
template <class Real>
[[nodiscard]] State<Real> decay_to_leak(const IfCondExpConstants<Real>& c, const State<Real>& state, const Real& h) {
  State<Real> end = decay_conductances(c, state, h);
  const Real x = h * c.rate_m;
  // The increment's form loses nothing at small x; the other one keeps the sign of y when y_leak is 0.
  end.y = x < Real(1) / 2 ? Real(state.y - (c.y_leak - state.y) * numerics::elementary::expm1(Real(-x)))
                          : Real(c.y_leak + (state.y - c.y_leak) * numerics::elementary::exp(Real(-x)));
  return end;
}

}  // namespace va_event::neurons::intervals
