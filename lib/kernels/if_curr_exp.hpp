// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <type_traits>

#include "kernels/barrier.hpp"
#include "kernels/elementary.hpp"
#include "kernels/safe_interval.hpp"
#include "kernels/state.hpp"
#include "va_event/cell_types.hpp"

namespace va_event::kernels {

/// A neuron in the frame of its epoch: amplitudes of the three exponentials that its potential is made of,
///   y(t) = y_infinity + m e^{-t/tau_m} + exc e^{-t/tau_exc} + inh e^{-t/tau_inh},   t since the start of the epoch.
/// They stay while nothing happens, and an input changes two of them by numbers that all targets of a spike share:
/// one set of exponentials for a spike instead of one for each synapse. While the neuron is refractory m is kHeld.
/// In memory it is a State: m in the place of y.
namespace frame {

/// Time constants from this one on have a frame [ms]: their exponentials stay in the range of double over an epoch.
inline constexpr double kMinTau = 0.1;
/// |tau_syn/(tau_syn - tau_m)| up to this one: more of it costs digits.
inline constexpr double kMaxGain = 4.0;

/// What the three exponentials are at some time of the epoch.
template <class Real>
struct Factors {
  Real m;
  Real exc;
  Real inh;
};

}  // namespace frame

/// Closed forms of IF_curr_exp. The synaptic variables are currents [nA].
template <class Real>
struct IfCurrExpKernel {
  /// Largest error of y after `advance`, in units of epsilon() * scale(constants, state).
  static constexpr double kMaxAdvanceError = 8.0;
  /// An input changes a current, never v itself.
  static constexpr bool kInputsMoveV = false;

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
    Real horizon;   ///< [ms]: beyond it nothing that a number of this type resolves changes
    bool framed;    ///< neurons are held in the frame of the epoch
    Real gain_exc;  ///< amplitude of a unit of current, resistance tau_syn/(tau_syn - tau_m) [MOhm]
    Real gain_inh;
    Real drive_exc;  ///< drive at threshold for a unit of amplitude, (tau_syn - tau_m)/tau_syn
    Real drive_inh;
    frame::Factors<Real> epoch;  ///< at the end of an epoch
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
            kHorizon * (tau_m + tau_exc + tau_inh),
            has_frame(parameters[2], parameters[4], parameters[5]),
            resistance * tau_exc / (tau_exc - tau_m),
            resistance * tau_inh / (tau_inh - tau_m),
            (tau_exc - tau_m) / tau_exc,
            (tau_inh - tau_m) / tau_inh,
            factors_at(Real(kEpoch), Real(1) / tau_m, Real(1) / tau_exc, Real(1) / tau_inh)};
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

  // How a neuron is held in memory (a "row"): by its amplitudes where it has a frame, else by its state.

  /// The state at `t`, not before row.t, without input in between, ignoring the threshold; and t.
  [[nodiscard]] static State<Real> state_at(const Constants& c, const State<Real>& row, const Real& t) {
    if (!c.framed) {
      State<Real> state = advance(c, row, t - row.t);
      state.t = t;
      return state;
    }
    return state_at(c, row, t, factors_at(c, t));
  }

  /// The same of a refractory neuron: y is kHeld.
  [[nodiscard]] static State<Real> held_at(const Constants& c, const State<Real>& row, const Real& t) {
    State<Real> state = c.framed ? state_at(c, row, t, factors_at(c, t)) : advance_refractory(c, row, t - row.t);
    state.y = Real(kHeld);
    state.t = t;
    return state;
  }

  /// The row of a state at state.t.
  [[nodiscard]] static State<Real> row_of(const Constants& c, const State<Real>& state) {
    if (!c.framed) {
      return state;
    }
    const frame::Factors<Real> now = factors_at(c, state.t);
    const Real exc = c.gain_exc * state.exc;
    const Real inh = c.gain_inh * state.inh;
    const Real m = state.y == Real(kHeld) ? state.y : Real((((state.y - c.y_infinity) - exc) - inh) / now.m);
    return {m, exc / now.exc, inh / now.inh, state.t};
  }

  /// A time, and what all neurons with the same constants share then.
  struct Moment {
    Real t;
    frame::Factors<Real> now;  ///< only where there is a frame
  };
  [[nodiscard]] static Moment moment(const Constants& c, const Real& t) {
    return c.framed ? Moment{t, factors_at(c, t)} : Moment{t, {}};
  }

  /// An input, awake or refractory.
  static void receive(const Constants& c, State<Real>& row, const Moment& at, std::size_t receptor,
                      const Real& weight) {
    if (c.framed) {
      add_input(row, weight, input_at(c, at.now, receptor));
      row.t = at.t;
      return;
    }
    row = row.y == Real(kHeld) ? held_at(c, row, at.t) : state_at(c, row, at.t);
    add_input(row, receptor, weight);
  }

  /// The state at the moment of the neuron's last event.
  [[nodiscard]] static State<Real> state_now(const Constants& c, const State<Real>& row, const Moment& at) {
    return c.framed ? state_at(c, row, at.t, at.now) : row;
  }

  /// How long the neuron is safe after its last event.
  [[nodiscard]] static SafeInterval<Real> safe_after(const Constants& c, const State<Real>& row, const Moment& at) {
    return c.framed ? safe_in_frame(c, row, at.now) : safe_interval(c, row);
  }

  /// Into the next epoch: its time 0 is the present one's end.
  static void next_epoch(const Constants& c, State<Real>& row) {
    if (c.framed) {
      row = {row.y == Real(kHeld) ? row.y : decayed(row.y, c.epoch.m), decayed(row.exc, c.epoch.exc),
             decayed(row.inh, c.epoch.inh), Real(0)};
    } else {
      row = row.y == Real(kHeld) ? held_at(c, row, Real(kEpoch)) : state_at(c, row, Real(kEpoch));
      row.t = Real(0);
    }
  }

  [[nodiscard]] static frame::Factors<Real> factors_at(const Constants& c, const Real& t) {
    return factors_at(t, c.rate_m, c.exc.rate, c.inh.rate);
  }

  /// What an input of weight 1 adds to the amplitudes.
  [[nodiscard]] static frame::Factors<Real> input_at(const Constants& c, const frame::Factors<Real>& now,
                                                     std::size_t receptor) {
    return receptor == 0 ? frame::Factors<Real>{-c.gain_exc / now.m, c.gain_exc / now.exc, Real(0)}
                         : frame::Factors<Real>{-c.gain_inh / now.m, Real(0), c.gain_inh / now.inh};
  }

  static void add_input(State<Real>& row, const Real& weight, const frame::Factors<Real>& input) {
    row.y += weight * input.m;
    row.exc += weight * input.exc;
    row.inh += weight * input.inh;
  }

  [[nodiscard]] static SafeInterval<Real> safe_in_frame(const Constants& c, const State<Real>& row,
                                                        const frame::Factors<Real>& now) {
    const Real exc = row.exc * now.exc;
    const Real inh = row.inh * now.inh;
    const Real y = c.y_infinity + ((row.y * now.m + exc) + inh);
    const Barrier<Real> barrier{c.y_infinity, exc * c.drive_exc, inh * c.drive_inh, c.exc.rate, c.inh.rate};
    return kernels::safe_interval(
        Real(-y), barrier.upper_bound(), Real(1), c.tau_m,
        Real(magnitude(y) + c.potentials + (magnitude(barrier.exc) + magnitude(barrier.inh))));
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
  [[nodiscard]] static bool has_frame(double tau_m, double tau_exc, double tau_inh) {
    const auto apart = [tau_m](double tau) {
      return tau >= frame::kMinTau && tau <= frame::kMaxGain * std::fabs(tau - tau_m);
    };
    return tau_m >= frame::kMinTau && apart(tau_exc) && apart(tau_inh);
  }

  [[nodiscard]] static frame::Factors<Real> factors_at(const Real& t, const Real& rate_m, const Real& rate_exc,
                                                       const Real& rate_inh) {
    if constexpr (std::is_same_v<Real, double>) {
      // A plain loop over an even number, because compilers turn it into vector instructions.
      std::array<double, 4> factor = {-t * rate_m, -t * rate_exc, -t * rate_inh, 0.0};
      for (double& x : factor) {
        x = elementary::exp(x);
      }
      return {factor[0], factor[1], factor[2]};
    } else {
      return {elementary::exp(Real(-t * rate_m)), elementary::exp(Real(-t * rate_exc)),
              elementary::exp(Real(-t * rate_inh))};
    }
  }

  [[nodiscard]] static State<Real> state_at(const Constants& c, const State<Real>& row, const Real& t,
                                            const frame::Factors<Real>& now) {
    const Real exc = row.exc * now.exc;
    const Real inh = row.inh * now.inh;
    return {c.y_infinity + ((row.y * now.m + exc) + inh), exc / c.gain_exc, inh / c.gain_inh, t};
  }

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
