// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <limits>

#include "neurons/if_cond_exp/if_cond_exp.hpp"
#include "neurons/sinusoid/sinusoid.hpp"
#include "neurons/state.hpp"
#include "numerics/elementary.hpp"
#include "numerics/legendre_rule.hpp"
#include "numerics/spherical_bessel.hpp"

namespace va_event::neurons {

/// IF_cond_exp with sinusoidal currents, by variation of constants as in if_cond_exp.hpp. What a sinusoid adds is
///   size/tau_m int_0^h E(s) sin(omega s + phase) ds,   E(s) = e^{-(M(h) - M(s))}.
/// E is smooth whatever omega is: its Legendre coefficients come from a Gauss-Legendre rule, and the integrals of
/// Legendre polynomials times e^{i omega s} are spherical Bessel functions (Bakhvalov & Vasil'eva 1968, USSR Comput.
/// Math. Math. Phys. 8:241-249). So the cost does not depend on the frequency, and there is no step that would have to
/// resolve it.
///
/// Rejected: Taylor series or plain quadrature, whose steps shrink with the period.
template <class Real>
struct DrivenIfCondExp {
  using Constants = typename IfCondExpKernel<Real>::Constants;

  /// The state `h` later without input, ignoring the threshold; `t`, which is when the state is, stays.
  /// Steps as in advance.hpp, without the part that v forgets. @param h [ms], >= 0, within the
  /// epoch
  [[nodiscard]] static State<Real> advance(const Constants& c, const Sinusoids<Real>& sines, const State<Real>& state,
                                           const Real& h) {
    State<Real> now = state;
    Real rest = h;
    const Real forgotten = forgotten_part(c, now, rest);
    if (forgotten > Real(0)) {
      now = IfCondExpKernel<Real>::advance_refractory(c, now, forgotten);
      now.y = c.y_leak;  // any value would do
      now.t += forgotten;
      rest -= forgotten;
    }
    while (rest > Real(0)) {
      const auto load = intervals::load_of(c, now, rest);
      if (load.leak_only) {
        const Real response = sines.leaky_response(now.t, rest, c.rate_m);
        now = IfCondExpKernel<Real>::advance(c, now, rest);
        now.y += response;
        break;
      }
      Real part = rest;
      const Real by_x = Real(kLimits.max_x) / (load.conductance * c.rate_m);
      part = by_x < part ? by_x : part;
      const Real by_z = Real(kLimits.max_z) / load.rate;
      part = by_z < part ? by_z : part;
      now = step(c, sines, now, part);
      now.t += part;
      rest -= part;
    }
    now.t = state.t;
    return now;
  }

 private:
  /// Nodes, and the longest step in the two numbers of QuadratureLevel, for which the Legendre coefficients beyond are
  /// below the last bit for any share of leak, excitation and inhibition (driven_test.cpp measures it).
  struct Limits {
    std::size_t nodes;
    double max_x;
    double max_z;
  };
  // In the order of double, quad, 50 and 100 digits.
  static constexpr Limits kLimits = std::numeric_limits<Real>::digits <= 53    ? Limits{24, 4.0, 2.0}
                                    : std::numeric_limits<Real>::digits <= 113 ? Limits{40, 3.0, 1.5}
                                    : std::numeric_limits<Real>::digits <= 180 ? Limits{58, 3.0, 1.5}
                                                                               : Limits{80, 1.0, 0.5};
  static constexpr std::size_t kNodes = kLimits.nodes;

  /// The part of [0, h] whose influence on y(h) is below the last bit: M(h) - M(s) is large at its end. It bounds the
  /// number of steps, and is 0 for intervals of a few steps.
  [[nodiscard]] static Real forgotten_part(const Constants& c, const State<Real>& state, const Real& h) {
    const Real enough = (std::numeric_limits<Real>::digits + 12) * (Real(7) / 10);  // > log 2
    const auto conductance = [&c](const State<Real>& s) {
      return (Real(1) + c.resistance * (s.exc + s.inh)) * c.rate_m;
    };
    Real s(0);
    if (state.exc < Real(0) || state.inh < Real(0) || conductance(state) * h < 4 * enough) {
      return s;
    }
    const auto charge = [&](const Real& g, const Real& tau, const Real& rate) {
      return c.resistance * g * tau * c.rate_m * numerics::elementary::exp(Real(-s * rate)) *
             -numerics::elementary::expm1(Real((s - h) * rate));
    };
    // Convex and falling with s: Newton's method approaches the aim from the left and never passes it.
    for (;;) {
      const Real left =
          (h - s) * c.rate_m + charge(state.exc, c.tau_exc, c.rate_exc) + charge(state.inh, c.tau_inh, c.rate_inh);
      if (!(left > 4 * enough)) {
        return s;
      }
      s += (left - 2 * enough) / conductance(IfCondExpKernel<Real>::advance_refractory(c, state, s));
    }
  }

  /// One step within the limits: y(h) = y(0) + x sum_k w_k E(s_k) [distances of y(0) to what pulls at it], so that the
  /// increment loses no digits where v hardly moves, plus x times the sinusoids' part.
  [[nodiscard]] static State<Real> step(const Constants& c, const Sinusoids<Real>& sines, const State<Real>& state,
                                        const Real& h) {
    const numerics::LegendreRule<Real, kNodes>& rule = numerics::legendre_rule<Real, kNodes>();
    const Real x = h * c.rate_m;
    const Real h_exc = h * c.rate_exc;
    const Real h_inh = h * c.rate_inh;
    std::array<Real, kNodes> exc, inh;  // e^{-s/tau} - 1
    for (std::size_t k = 0; k < kNodes; ++k) {
      exc[k] = numerics::elementary::expm1(Real(-h_exc * rule.node[k]));
      inh[k] = numerics::elementary::expm1(Real(-h_inh * rule.node[k]));
    }
    const Real ge = c.resistance * state.exc;
    const Real gi = c.resistance * state.inh;
    const Real memory_exc = ge * c.tau_exc * c.rate_m;
    const Real memory_inh = gi * c.tau_inh * c.rate_m;
    const Real to_leak = c.y_leak - state.y;
    const Real to_exc = ge * (c.y_exc - state.y);
    const Real to_inh = gi * (c.y_inh - state.y);
    std::array<Real, kNodes> memory;  // E
    Real sum(0);
    for (std::size_t k = 0; k < kNodes; ++k) {
      const std::size_t mirror = kNodes - 1 - k;  // whose 1 - e^{-(h - s)/tau} is computed
      memory[k] = numerics::elementary::exp(Real(memory_exc * ((1 + exc[k]) * exc[mirror]) +
                                                 memory_inh * ((1 + inh[k]) * inh[mirror]) - x * rule.node[mirror]));
      sum += rule.weight[k] * memory[k] * (to_leak + to_exc * (1 + exc[k]) + to_inh * (1 + inh[k]));
    }
    if (!sines.each.empty()) {
      sum += driven_part(rule, memory, sines, state.t, h);
    }
    State<Real> end = IfCondExpKernel<Real>::advance_refractory(c, state, h);
    end.y += x * sum;
    return end;
  }

  /// 1/h times the integral of E and the sinusoids [mV]. With s = (1 + u) h/2 and E = sum_n c_n P_n(u) a sinusoid's
  /// part is size times the imaginary part of e^{i middle} sum_n c_n i^n j_n(omega h/2), `middle` its phase at t + h/2.
  [[nodiscard]] static Real driven_part(const numerics::LegendreRule<Real, kNodes>& rule,
                                        const std::array<Real, kNodes>& memory, const Sinusoids<Real>& sines,
                                        const Real& t, const Real& h) {
    std::array<Real, kNodes> coefficient;  // of E as a Legendre series
    for (std::size_t n = 0; n < kNodes; ++n) {
      coefficient[n] = Real(0);
      for (std::size_t k = 0; k < kNodes; ++k) {
        coefficient[n] += rule.projection[n][k] * memory[k];
      }
    }
    Real sum(0);
    for (const Sinusoid<Real>& one : sines.each) {
      const Real half = numerics::turns_after(one.frequency, Real(h / 2));
      const auto j = numerics::spherical_bessel<kNodes>(Real(one.omega * h / 2), numerics::at_turns<Real>(half));
      const numerics::SineCosine<Real> middle = numerics::at_turns<Real>(one.turns_at(t) + half);
      Real even(0), odd(0);
      for (std::size_t n = kNodes; n-- > 0;) {  // i^n, the small ones first
        const Real term = coefficient[n] * j[n];
        (n % 2 == 0 ? even : odd) += n % 4 >= 2 ? Real(-term) : term;
      }
      sum += one.size * (middle.sine * even + middle.cosine * odd);
    }
    return sum;
  }
};

}  // namespace va_event::neurons
