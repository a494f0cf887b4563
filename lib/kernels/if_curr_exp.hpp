// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "kernels/barrier.hpp"
#include "kernels/elementary.hpp"
#include "kernels/safe_interval.hpp"
#include "kernels/state.hpp"
#include "va_event/cell_types.hpp"

namespace va_event::kernels {

/// Closed forms of IF_curr_exp. The synaptic variables are currents [nA].
template <class Real>
struct IfCurrExpKernel {
  /// Largest error of y after `advance`, in units of epsilon() * scale(constants, state).
  static constexpr double kMaxAdvanceError = 8.0;

  /// What one synapse adds to the constants.
  struct Synapse {
    Real rate;             ///< 1/tau_syn [1/ms]
    Real rate_difference;  ///< |1/tau_syn - 1/tau_m| [1/ms]
    bool slow;             ///< tau_syn > tau_m
  };

  struct Constants {
    Real y_reset;     ///< v_reset - v_thresh [mV], < 0
    Real v_thresh;    ///< [mV]
    Real tau_refrac;  ///< [ms]
    Real tau_m;       ///< [ms]
    Real rate_m;      ///< 1/tau_m [1/ms]
    Real resistance;  ///< tau_m/cm [MOhm]: mV per nA
    Real y_infinity;  ///< v_rest + resistance (i_offset + injected current) - v_thresh [mV]
    Real potentials;  ///< magnitudes of the terms of y_infinity, added up [mV]
    Synapse exc;
    Synapse inh;
    Real horizon;  ///< [ms]: beyond it nothing that a number of this type resolves changes
  };

  [[nodiscard]] static const CellModel& model() { return IfCurrExp::model(); }

  /// @param parameters       in the order of model().parameters
  /// @param injected_current [nA], added to i_offset
  [[nodiscard]] static Constants prepare(std::span<const double> parameters, double injected_current) {
    const Real v_rest(parameters[0]), cm(parameters[1]), tau_m(parameters[2]), tau_refrac(parameters[3]);
    const Real tau_exc(parameters[4]), tau_inh(parameters[5]), i_offset(parameters[6]);
    const Real v_reset(parameters[7]), v_thresh(parameters[8]);
    const Real resistance = tau_m / cm;
    const Real current = i_offset + Real(injected_current);
    return {v_reset - v_thresh,
            v_thresh,
            tau_refrac,
            tau_m,
            Real(1) / tau_m,
            resistance,
            (v_rest - v_thresh) + resistance * current,
            magnitude(Real(v_rest - v_thresh)) + resistance * magnitude(current),
            synapse(tau_exc, tau_m),
            synapse(tau_inh, tau_m),
            kHorizon * (tau_m + tau_exc + tau_inh)};
  }

  /// @param variables in the order of model().variables
  [[nodiscard]] static State<Real> make_state(const Constants& constants, std::span<const double> variables) {
    return {Real(variables[0]) - constants.v_thresh, Real(variables[1]), Real(variables[2]), Real(0)};
  }

  /// The state `h` later without input, ignoring the threshold; `t` stays.
  /// @param h [ms], >= 0; any length (long silences neither overflow nor lose digits)
  /// Error of y <= kMaxAdvanceError epsilon * scale, also at and near tau_syn = tau_m.
  /// Source: Rotter & Diesmann 1999 (Biol. Cybern. 81:381-402), rewritten with phi around the slower exponential.
  [[nodiscard]] static State<Real> advance(const Constants& constants, const State<Real>& state, const Real& h) {
    const Real x = h * constants.rate_m;
    const Real decay_m = elementary::exp(Real(-x));
    const Real decay_exc = elementary::exp(Real(-h * constants.exc.rate));
    const Real decay_inh = elementary::exp(Real(-h * constants.inh.rate));
    const Real exc = state.exc * psp(constants.exc, h, decay_m, decay_exc);
    const Real inh = state.inh * psp(constants.inh, h, decay_m, decay_inh);
    // The increment's form loses nothing at small x; the other one keeps the sign of y when y_infinity is 0.
    const Real relaxed = x < Real(1) / 2
                             ? Real(state.y - (constants.y_infinity - state.y) * elementary::expm1(Real(-x)))
                             : Real(constants.y_infinity + (state.y - constants.y_infinity) * decay_m);
    return {relaxed + constants.resistance * x * (exc + inh), decayed(state.exc, decay_exc),
            decayed(state.inh, decay_inh), state.t};
  }

  /// The same while v is held at v_reset: only the synaptic variables change.
  [[nodiscard]] static State<Real> advance_refractory(const Constants& constants, const State<Real>& state,
                                                      const Real& h) {
    return {state.y, decayed(state.exc, elementary::exp(Real(-h * constants.exc.rate))),
            decayed(state.inh, elementary::exp(Real(-h * constants.inh.rate))), state.t};
  }

  /// @param receptor index in model().receptors
  static void add_input(State<Real>& state, std::size_t receptor, const Real& weight) {
    (receptor == 0 ? state.exc : state.inh) += weight;
  }

  /// A variable as users see it. @param index in model().variables
  [[nodiscard]] static Real variable(const Constants& constants, const State<Real>& state, std::size_t index) {
    return index == 0 ? Real(state.y + constants.v_thresh) : index == 1 ? state.exc : state.inh;
  }

  [[nodiscard]] static Barrier<Real> barrier(const Constants& constants, const State<Real>& state) {
    return {constants.y_infinity, constants.resistance * state.exc, constants.resistance * state.inh,
            constants.exc.rate, constants.inh.rate};
  }

  /// dv/dt [mV/ms]
  [[nodiscard]] static Real slope(const Constants& constants, const State<Real>& state) {
    return ((constants.y_infinity - state.y) + constants.resistance * (state.exc + state.inh)) * constants.rate_m;
  }

  /// Size of the potentials that rounding errors are relative to [mV].
  [[nodiscard]] static Real scale(const Constants& constants, const State<Real>& state) {
    return magnitude(state.y) + constants.potentials +
           constants.resistance * (magnitude(state.exc) + magnitude(state.inh));
  }

  [[nodiscard]] static SafeInterval<Real> safe_interval(const Constants& constants, const State<Real>& state) {
    return kernels::safe_interval(Real(-state.y), barrier(constants, state).upper_bound(), Real(1), constants.tau_m,
                                  scale(constants, state));
  }

 private:
  [[nodiscard]] static Synapse synapse(const Real& tau, const Real& tau_m) {
    return {Real(1) / tau, magnitude(Real(tau_m - tau)) / (tau_m * tau), tau > tau_m};
  }

  /// cm/h times the potential per unit of current at the synapse's start:
  /// (e^{-h/tau_syn} - e^{-h/tau_m})/(h/tau_m - h/tau_syn), written without cancellation or overflow.
  [[nodiscard]] static Real psp(const Synapse& synapse, const Real& h, const Real& decay_m, const Real& decay_syn) {
    return (synapse.slow ? decay_syn : decay_m) * elementary::phi(Real(h * synapse.rate_difference));
  }
};

}  // namespace va_event::kernels
