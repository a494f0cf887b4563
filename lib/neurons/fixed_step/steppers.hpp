// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "numerics/elementary.hpp"

/// The integration methods, as pure functions. A stepper has
///   Factors factors(membrane, h)                          what depends on the length of the step only
///   State   advance(membrane, factors, state, current)    the state h later
///   double  slope(membrane, state, current)               dv/dt
///   Decay   decay(membrane, h)                            of the synaptic variables alone
/// for one step of length h [ms]; `current` [nA] is constant over it, and inputs come between steps. The threshold is
/// ignored. Nothing here branches on the state, so that loops over neurons are vectorised. Everything is written down
/// from the differential equations, independently of the closed forms, since the two ways to simulate are compared with
/// each other. The synapses' own equations, dx/dt = -x/tau, do not depend on v: what a method makes of them is one
/// factor per step.
namespace va_event::fixed_step {

/// The variables of a neuron.
struct State {
  double v;  ///< [mV]
  double e;  ///< excitatory current [nA] or conductance [uS]
  double i;  ///< inhibitory current [nA] or conductance [uS]
};

/// Constants of a neuron, as the equations need them. Rates are the inverses of the time constants [1/ms].
struct Membrane {
  double v_rest;         ///< [mV]
  double inverse_cm;     ///< [1/nF]
  double rate_m;         ///< 1/tau_m
  double rate_e;         ///< 1/tau_syn_E
  double rate_i;         ///< 1/tau_syn_I
  double e_rev_e = 0.0;  ///< excitatory reversal potential [mV], conductance-based only
  double e_rev_i = 0.0;  ///< inhibitory one [mV]
};

/// By what the synaptic variables are multiplied in a step, or up to a stage of it.
struct Decay {
  double e, i;
};

/// The equation of IF_curr_exp: dv/dt = (v_rest - v)/tau_m + (e + i + current)/cm.
struct CurrentBased {
  static constexpr bool kHasConductances = false;

  /// dv/dt [mV/ms]. @param current  i_offset and injected current [nA]
  static double slope(const Membrane& m, const State& y, double current) noexcept {
    return (m.v_rest - y.v) * m.rate_m + (y.e + y.i + current) * m.inverse_cm;
  }
  /// How fast v approaches where it would rest with the synapses of `y`: dv/dt = rate (v_inf - v) [1/ms].
  static double rate(const Membrane& m, const State&) noexcept { return m.rate_m; }
};

/// The equation of IF_cond_exp: dv/dt = (v_rest - v)/tau_m + (e (e_rev_e - v) + i (e_rev_i - v) + current)/cm.
struct ConductanceBased {
  static constexpr bool kHasConductances = true;

  /// As CurrentBased::slope() and rate().
  static double slope(const Membrane& m, const State& y, double current) noexcept {
    return (m.v_rest - y.v) * m.rate_m + (y.e * (m.e_rev_e - y.v) + y.i * (m.e_rev_i - y.v) + current) * m.inverse_cm;
  }
  static double rate(const Membrane& m, const State& y) noexcept { return m.rate_m + (y.e + y.i) * m.inverse_cm; }
};

/// Exact solution of the linear equations of current-based neurons: v - v_inf decays, v_inf = v_rest + (tau_m/cm)
/// current, and each synaptic current adds its response. Source: Rotter & Diesmann 1999, Biol. Cybern. 81:381,
/// section 3.
struct Exact : CurrentBased {
  struct Factors {
    Decay decay;
    double v;           ///< v - v_inf is multiplied by it
    double v_e, v_i;    ///< what a unit of synaptic current adds to v [mV/nA]
    double resistance;  ///< [MOhm]
  };
  /// The response of v to a current that decays at `rate`, at time h: the integral of e^(-(h-s) rate_m) e^(-s rate)/cm.
  /// With the slower exponential in front the other factor is (1-e^-x)/x, x >= 0, whatever the rates.
  static double response(const Membrane& m, double rate, double h) {
    const double slow = std::min(m.rate_m, rate);
    const double fast = std::max(m.rate_m, rate);
    return m.inverse_cm * h * numerics::elementary::exp(-h * slow) * numerics::elementary::phi(h * (fast - slow));
  }
  /// e^{-h/tau_syn} of both synapses.
  static Decay decay(const Membrane& m, double h) {
    return {numerics::elementary::exp(-h * m.rate_e), numerics::elementary::exp(-h * m.rate_i)};
  }
  static Factors factors(const Membrane& m, double h) {
    return {decay(m, h), numerics::elementary::exp(-h * m.rate_m), response(m, m.rate_e, h), response(m, m.rate_i, h),
            m.inverse_cm / m.rate_m};
  }
  static State advance(const Membrane& m, const Factors& f, const State& y, double current) noexcept {
    const double v_inf = m.v_rest + f.resistance * current;
    return {v_inf + (y.v - v_inf) * f.v + (f.v_e * y.e + f.v_i * y.i), y.e * f.decay.e, y.i * f.decay.i};
  }
};

/// Conductances are held over a step, for which v is then exact: first order, stable for any step, and v never passes
/// v_inf, where it would rest. @tparam Model  CurrentBased or ConductanceBased; so below
template <class Model>
struct ExponentialEuler : Model {
  struct Factors {
    Decay decay;
    double h;
  };
  static Decay decay(const Membrane& m, double h) { return Exact::decay(m, h); }
  static Factors factors(const Membrane& m, double h) { return {decay(m, h), h}; }
  static State advance(const Membrane& m, const Factors& f, const State& y, double current) noexcept {
    const double rate = Model::rate(m, y);
    // v_inf - v = slope/rate; without a difference of nearly equal numbers for short steps
    const double change = -numerics::elementary::expm1(-f.h * rate) * (Model::slope(m, y, current) / rate);
    return {y.v + change, y.e * f.decay.e, y.i * f.decay.i};
  }
};

/// Euler's method, first order: v + h dv/dt.
template <class Model>
struct ForwardEuler : Model {
  struct Factors {
    Decay decay;
    double h;
  };
  static Decay decay(const Membrane& m, double h) noexcept { return {1.0 - h * m.rate_e, 1.0 - h * m.rate_i}; }
  static Factors factors(const Membrane& m, double h) noexcept { return {decay(m, h), h}; }
  static State advance(const Membrane& m, const Factors& f, const State& y, double current) noexcept {
    return {y.v + f.h * Model::slope(m, y, current), y.e * f.decay.e, y.i * f.decay.i};
  }
};

/// The midpoint method, second order. The synapses do not depend on v, so the stages of a Runge-Kutta method see them
/// multiplied by polynomials of x = h/tau: 1 - x/2 in the middle, 1 - x + x^2/2 at the end.
template <class Model>
struct Rk2 : Model {
  struct Factors {
    Decay decay, middle;  ///< at the end of the step and in its middle
    double h;             ///< [ms]
  };
  /// The Taylor polynomial of e^-x of order two.
  static double polynomial(double x) noexcept { return 1.0 - x * (1.0 - x / 2.0); }
  static Decay decay(const Membrane& m, double h) noexcept {
    return {polynomial(h * m.rate_e), polynomial(h * m.rate_i)};
  }
  static Factors factors(const Membrane& m, double h) noexcept {
    return {decay(m, h), {1.0 - h * m.rate_e / 2.0, 1.0 - h * m.rate_i / 2.0}, h};
  }
  static State advance(const Membrane& m, const Factors& f, const State& y, double current) noexcept {
    const double k1 = Model::slope(m, y, current);
    const double k2 = Model::slope(m, {y.v + 0.5 * f.h * k1, y.e * f.middle.e, y.i * f.middle.i}, current);
    return {y.v + f.h * k2, y.e * f.decay.e, y.i * f.decay.i};
  }
};

/// The classical Runge-Kutta method, fourth order. The stages of dx/dt = -x/tau see 1 - x/2, 1 - x/2 (1 - x/2) and
/// 1 - x (1 - x/2 (1 - x/2)) times its value, and the end is the Taylor polynomial of e^-x of order four.
template <class Model>
struct Rk4 : Model {
  struct Factors {
    Decay decay, stage2, stage3, stage4;  ///< at the end of the step, and at its stages
    double h;                             ///< [ms]
  };
  /// The Taylor polynomial of e^-x of order four.
  static double polynomial(double x) noexcept { return 1.0 - x * (1.0 - x / 2.0 * (1.0 - x / 3.0 * (1.0 - x / 4.0))); }
  static Decay decay(const Membrane& m, double h) noexcept {
    return {polynomial(h * m.rate_e), polynomial(h * m.rate_i)};
  }
  static Factors factors(const Membrane& m, double h) noexcept {
    const double x = h * m.rate_e;
    const double z = h * m.rate_i;
    const Decay stage2{1.0 - x / 2.0, 1.0 - z / 2.0};
    const Decay stage3{1.0 - x / 2.0 * stage2.e, 1.0 - z / 2.0 * stage2.i};
    const Decay stage4{1.0 - x * stage3.e, 1.0 - z * stage3.i};
    return {decay(m, h), stage2, stage3, stage4, h};
  }
  static State advance(const Membrane& m, const Factors& f, const State& y, double current) noexcept {
    const double half = 0.5 * f.h;
    const double k1 = Model::slope(m, y, current);
    const double k2 = Model::slope(m, {y.v + half * k1, y.e * f.stage2.e, y.i * f.stage2.i}, current);
    const double k3 = Model::slope(m, {y.v + half * k2, y.e * f.stage3.e, y.i * f.stage3.i}, current);
    const double k4 = Model::slope(m, {y.v + f.h * k3, y.e * f.stage4.e, y.i * f.stage4.i}, current);
    return {y.v + f.h / 6.0 * ((k1 + k4) + 2.0 * (k2 + k3)), y.e * f.decay.e, y.i * f.decay.i};
  }
};

}  // namespace va_event::fixed_step
