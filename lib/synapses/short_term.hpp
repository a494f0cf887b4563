// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "numerics/elementary.hpp"

namespace va_event::synapses {

/// The closed forms of short-term depression and facilitation (Tsodyks, Uziel & Markram 2000): resources are recovered
/// (x), active (y) or inactive (z), x + y + z = 1.
///   du/dt = -u/tau_facil,  dy/dt = -y/tau_syn,  dz/dt = y/tau_syn - z/tau_rec;  at a spike u += U (1 - u), then u x
///   goes from x to y.

/// The state of a synapse, or of all synapses of one source that have the same parameters.
template <class Real>
struct ShortTerm {
  Real u{}, y{}, z{};
};

/// Parameters of a synapse; all times in ms.
template <class Real>
struct ShortTermParameters {
  Real U{}, tau_rec{}, tau_facil{};  ///< tau_facil 0: u = U at every spike
  Real tau_syn{};                    ///< 0: what is released is inactive at once
};

/// What decays with tau over h. @param tau >= 0; 0: all of it
template <class Real>
[[nodiscard]] Real decayed(const Real& value, const Real& h, const Real& tau) {
  return tau > Real(0) ? Real(value * numerics::elementary::exp(Real(-h / tau))) : Real(0);
}

/// u after h and a spike.
template <class Real>
[[nodiscard]] Real use_at_spike(const Real& u, const Real& h, const Real& U, const Real& tau_facil) {
  const Real before = decayed(u, h, tau_facil);
  return before + U * (Real(1) - before);
}

/// y and z after h without a spike.
template <class Real>
void recover(ShortTerm<Real>& state, const Real& h, const ShortTermParameters<Real>& p) {
  namespace elementary = numerics::elementary;
  const Real recovered = elementary::exp(Real(-h / p.tau_rec));
  state.z *= recovered;
  if (p.tau_syn > Real(0)) {
    // z gains y/tau_syn times the convolution of both exponentials, (e^(-h/tau_syn) - e^(-h/tau_rec)) / d with
    // d = 1/tau_rec - 1/tau_syn; written with (1 - e^-s)/s, which has no cancellation where the constants are close.
    const Real active = elementary::exp(Real(-h / p.tau_syn));
    const Real s = h / p.tau_rec - h / p.tau_syn;
    const Real slower = s < Real(0) ? recovered : active;
    state.z += state.y * (h / p.tau_syn) * slower * elementary::phi(Real(s < Real(0) ? -s : s));
    state.y *= active;
  }
}

/// A spike comes h after the state. @returns what it releases: u x
template <class Real>
[[nodiscard]] Real release(ShortTerm<Real>& state, const Real& h, const ShortTermParameters<Real>& p) {
  recover(state, h, p);
  state.u = use_at_spike(state.u, h, p.U, p.tau_facil);
  const Real released = state.u * (Real(1) - state.y - state.z);
  (p.tau_syn > Real(0) ? state.y : state.z) += released;
  return released;
}

}  // namespace va_event::synapses
