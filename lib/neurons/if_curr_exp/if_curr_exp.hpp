// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <type_traits>

#include "neurons/if_curr_exp/running_bound.hpp"
#include "neurons/if_curr_exp/short_solution.hpp"
#include "neurons/safe_interval.hpp"
#include "neurons/state.hpp"
#include "numerics/elementary.hpp"
#include "numerics/exponential_sum.hpp"
#include "va_event/cell_types.hpp"

namespace va_event::neurons {

/// A neuron in the frame of its epoch: amplitudes of the three exponentials that its potential is made of,
///   y(t) = y_infinity + m e^{-t/tau_m} + exc e^{-t/tau_exc} + inh e^{-t/tau_inh},   t since the start of the epoch.
/// They stay while nothing happens, and an input changes two of them by numbers that all targets of a spike share:
/// one set of exponentials for a spike instead of one for each synapse. While the neuron is refractory m is kHeld.
/// In memory m is in the place of y. In double a row has a reserve, too (running_bound.hpp).
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

/// What the rest of the epoch brings.
template <class Real>
struct Rest {
  Factors<Real> decay;  ///< of the exponentials until its end
  Real top_exc;         ///< the highest potential of an excitatory input, in units of its amplitude
  Real top_inh;
};

}  // namespace frame

/// Closed forms of IF_curr_exp. The synaptic variables are currents [nA].
template <class Real>
struct IfCurrExpKernel {
  /// Largest error of y after `advance`, in units of epsilon() * scale(constants, state).
  static constexpr double kMaxAdvanceError = 8.0;
  /// An input changes a current, never v itself.
  static constexpr bool kInputsMoveV = false;
  static constexpr bool kTakesSinusoids = true;
  static constexpr bool kHasReserve = std::is_same_v<Real, double>;
  using State = neurons::State<Real>;
  using Row = std::conditional_t<kHasReserve, ReserveRow, State>;
  /// The potential for a short time.
  using Short = std::conditional_t<std::is_same_v<Real, double>, ShortCurrentSolution<IfCurrExpKernel>, void>;

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
    // For the reserve:
    Real peak_exc;  ///< the highest potential of an input at all, in units of its amplitude
    Real peak_inh;
    Real turn_exc;  ///< an input before this time reaches it in the same epoch [ms]
    Real turn_inh;
    Real largest;      ///< potentials beyond which there is no reserve [mV]
    Real event_slack;  ///< [mV]
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
    const Real potentials = magnitude(Real(v_rest - v_thresh)) + resistance * magnitude(current);
    const Peak exc = peak_of(tau_exc, tau_m), inh = peak_of(tau_inh, tau_m);
    const Real largest = Real(reserve::kLargest) * (potentials + (v_thresh - v_reset));
    return {v_reset - v_thresh,
            v_thresh,
            tau_refrac,
            tau_m,
            Real(1) / tau_m,
            resistance,
            (v_rest - v_thresh) + resistance * current,
            potentials,
            synapse(tau_exc, tau_m),
            synapse(tau_inh, tau_m),
            kHorizon * (tau_m + tau_exc + tau_inh),
            has_frame(parameters[2], parameters[4], parameters[5]),
            resistance * tau_exc / (tau_exc - tau_m),
            resistance * tau_inh / (tau_inh - tau_m),
            (tau_exc - tau_m) / tau_exc,
            (tau_inh - tau_m) / tau_inh,
            factors_at(Real(kEpoch), Real(1) / tau_m, Real(1) / tau_exc, Real(1) / tau_inh),
            exc.height,
            inh.height,
            Real(kEpoch) - exc.time,
            Real(kEpoch) - inh.time,
            largest,
            Real(reserve::kEventSlack) * largest};
  }

  /// @param variables in the order of model().variables
  [[nodiscard]] static State make_state(const Constants& constants, std::span<const double> variables) {
    return {Real(variables[0]) - constants.v_thresh, Real(variables[1]), Real(variables[2]), Real(0)};
  }

  /// The state `h` later without input, ignoring the threshold; `t` stays.
  /// @param h [ms], >= 0; any length (long silences neither overflow nor lose digits)
  /// Error of y <= kMaxAdvanceError epsilon * scale, also at and near tau_syn = tau_m.
  /// Source: Rotter & Diesmann 1999 (Biol. Cybern. 81:381-402), rewritten with phi around the slower exponential.
  [[nodiscard]] static State advance(const Constants& constants, const State& state, const Real& h) {
    const Real x = h * constants.rate_m;
    const Real decay_m = numerics::elementary::exp(Real(-x));
    const Real decay_exc = numerics::elementary::exp(Real(-h * constants.exc.rate));
    const Real decay_inh = numerics::elementary::exp(Real(-h * constants.inh.rate));
    const Real exc = state.exc * psp(constants.exc, h, decay_m, decay_exc);
    const Real inh = state.inh * psp(constants.inh, h, decay_m, decay_inh);
    // The increment's form loses nothing at small x; the other one keeps the sign of y when y_infinity is 0.
    const Real relaxed = x < Real(1) / 2
                             ? Real(state.y - (constants.y_infinity - state.y) * numerics::elementary::expm1(Real(-x)))
                             : Real(constants.y_infinity + (state.y - constants.y_infinity) * decay_m);
    return {relaxed + constants.resistance * x * (exc + inh), decayed(state.exc, decay_exc),
            decayed(state.inh, decay_inh), state.t};
  }

  // How a neuron is held in memory (a "row"): by its amplitudes where it has a frame, else by its state.

  /// The state at `t`, not before row.t, without input in between, ignoring the threshold; and t.
  [[nodiscard]] static State state_at(const Constants& c, const Row& row, const Real& t) {
    if (!c.framed) {
      State state = advance(c, state_of(row), t - row.t);
      state.t = t;
      return state;
    }
    return state_at(c, row, t, factors_at(c, t));
  }

  /// The same of a refractory neuron: y is kHeld.
  [[nodiscard]] static State held_at(const Constants& c, const Row& row, const Real& t) {
    State state = c.framed ? state_at(c, row, t, factors_at(c, t)) : advance_refractory(c, state_of(row), t - row.t);
    state.y = Real(kHeld);
    state.t = t;
    return state;
  }

  /// The row of a state at state.t; an awake neuron has no reserve yet.
  [[nodiscard]] static Row row_of(const Constants& c, const State& state) {
    if (!c.framed) {
      return make_row(state.y, state.exc, state.inh, state.t);
    }
    const frame::Factors<Real> now = factors_at(c, state.t);
    const Real exc = c.gain_exc * state.exc;
    const Real inh = c.gain_inh * state.inh;
    const Real m = state.y == Real(kHeld) ? state.y : Real((((state.y - c.y_infinity) - exc) - inh) / now.m);
    return make_row(m, exc / now.exc, inh / now.inh, state.t);
  }

  /// The row of a refractory neuron that spikes at `t`.
  [[nodiscard]] static Row hold(const Constants& c, const Row& row, const Real& t) {
    if (c.framed) {
      return make_row(Real(kHeld), row.exc, row.inh, t);
    }
    return row_of(c, held_at(c, row, t));
  }

  /// A time, and what all neurons with the same constants share then.
  struct Moment {
    Real t;
    // Only where there is a frame:
    frame::Factors<Real> now;
    frame::Rest<Real> rest;
  };
  [[nodiscard]] static Moment moment(const Constants& c, const Real& t) {
    return c.framed ? moment(c, t, factors_at(c, t)) : Moment{t, {}, {}};
  }
  [[nodiscard]] static Moment moment(const Constants& c, const Real& t, const frame::Factors<Real>& now) {
    const frame::Factors<Real> decay{c.epoch.m / now.m, c.epoch.exc / now.exc, c.epoch.inh / now.inh};
    return {t,
            now,
            {decay, t < c.turn_exc ? c.peak_exc : Real(decay.exc - decay.m),
             t < c.turn_inh ? c.peak_inh : Real(decay.inh - decay.m)}};
  }

  /// The row of a refractory neuron that awakes with potential `y`.
  [[nodiscard]] static Row awake(const Constants& c, const Row& row, const Moment& at, const Real& y) {
    if (c.framed) {
      const Real exc = row.exc * at.now.exc;
      const Real inh = row.inh * at.now.inh;
      return make_row((((y - c.y_infinity) - exc) - inh) / at.now.m, row.exc, row.inh, at.t);
    }
    State state = held_at(c, row, at.t);
    state.y = y;
    return row_of(c, state);
  }

  /// An input, awake or refractory.
  static void receive(const Constants& c, Row& row, const Moment& at, std::size_t receptor, const Real& weight) {
    if (c.framed) {
      add_input(c, row, weight, input_at(c, at, receptor));
      row.t = at.t;
      return;
    }
    State state = row.y == Real(kHeld) ? held_at(c, row, at.t) : state_at(c, row, at.t);
    add_input(state, receptor, weight);
    row = make_row(state.y, state.exc, state.inh, state.t);
  }

  /// The state at the moment of the neuron's last event.
  [[nodiscard]] static State state_now(const Constants& c, const Row& row, const Moment& at) {
    return c.framed ? state_at(c, row, at.t, at.now) : state_of(row);
  }

  /// How long the neuron is safe after its last event.
  [[nodiscard]] static SafeInterval<Real> safe_after(const Constants& c, const Row& row, const Moment& at) {
    return c.framed ? safe_in_frame(c, row, at.now) : safe_interval(c, state_of(row));
  }

  /// The same, and gives the neuron the reserve that it has: with one it is safe for the rest of the epoch.
  [[nodiscard]] static SafeInterval<Real> look(const Constants& c, Row& row, const Moment& at) requires(kHasReserve) {
    SafeInterval<Real> safe = safe_after(c, row, at);
    row.reserve = c.framed ? reserve_after(c, row, at) : reserve::kNone;
    if (row.reserve < 0) {
      safe.duration = std::numeric_limits<Real>::infinity();
    }
    return safe;
  }

  /// The reserve of an awake neuron after its last event: an upper bound of y until the epoch ends; or none.
  ///
  /// Without the positive currents y is a relaxation plus potentials that are negative. Its derivative times
  /// e^{t/tau_m} is monotone and grows, so y is highest at an end of the interval. Each positive current adds at most
  /// the highest potential that it makes.
  [[nodiscard]] static Real reserve_after(const Constants& c, const Row& row, const Moment& at) requires(kHasReserve) {
    const auto positive = [](Real x) { return x > 0 ? x : 0; };
    const auto negative = [](Real x) { return x < 0 ? x : 0; };
    const frame::Factors<Real>& decay = at.rest.decay;
    const Real exc = row.exc * at.now.exc;
    const Real inh = row.inh * at.now.inh;
    const Real y = c.y_infinity + ((row.y * at.now.m + exc) + inh);
    const Real below = negative(exc * (decay.exc - decay.m)) + negative(inh * (decay.inh - decay.m));
    const Real end = c.y_infinity + ((y - c.y_infinity) * decay.m + below);
    const Real above = positive(exc * at.rest.top_exc) + positive(inh * at.rest.top_inh);
    const Real scale = magnitude(y) + c.potentials + (magnitude(exc) + magnitude(inh));
    const Real bound =
        ((y > end ? y : end) + above) + Real(kSafetyMargin) * std::numeric_limits<Real>::epsilon() * scale;
    return bound < 0 && scale < c.largest ? bound : reserve::kNone;
  }

  /// Into the next epoch: its time 0 is the present one's end.
  static void next_epoch(const Constants& c, Row& row) {
    if (c.framed) {
      row = make_row(row.y == Real(kHeld) ? row.y : decayed(row.y, c.epoch.m), decayed(row.exc, c.epoch.exc),
                     decayed(row.inh, c.epoch.inh), Real(0));
    } else {
      const State end = row.y == Real(kHeld) ? held_at(c, row, Real(kEpoch)) : state_at(c, row, Real(kEpoch));
      row = make_row(end.y, end.exc, end.inh, Real(0));
    }
  }

  [[nodiscard]] static frame::Factors<Real> factors_at(const Constants& c, const Real& t) {
    return factors_at(t, c.rate_m, c.exc.rate, c.inh.rate);
  }

  /// What an input of weight 1 adds to a row.
  [[nodiscard]] static reserve::Input<Real> input_at(const Constants& c, const Moment& at, std::size_t receptor) {
    const bool excitatory = receptor == 0;
    const Real& gain = excitatory ? c.gain_exc : c.gain_inh;
    const Real slack = Real(reserve::kSlack) * magnitude(gain);
    const Real synaptic = gain / (excitatory ? at.now.exc : at.now.inh);
    return {-gain / at.now.m, excitatory ? synaptic : Real(0), excitatory ? Real(0) : synaptic,
            gain * (excitatory ? at.rest.top_exc : at.rest.top_inh) + slack, slack};
  }

  static void add_input(const Constants& c, Row& row, const Real& weight, const reserve::Input<Real>& input) {
    row.y += weight * input.m;
    row.exc += weight * input.exc;
    row.inh += weight * input.inh;
    if constexpr (kHasReserve) {
      row.reserve += reserve::of_input(weight, input.up, input.down, c.event_slack);
    }
  }

  [[nodiscard]] static SafeInterval<Real> safe_in_frame(const Constants& c, const Row& row,
                                                        const frame::Factors<Real>& now) {
    const Real exc = row.exc * now.exc;
    const Real inh = row.inh * now.inh;
    const Real y = c.y_infinity + ((row.y * now.m + exc) + inh);
    const numerics::ExponentialSum<Real> drive{c.y_infinity, exc * c.drive_exc, inh * c.drive_inh, c.exc.rate,
                                               c.inh.rate};
    return neurons::safe_interval(
        Real(-y), drive.upper_bound(), Real(1), c.tau_m,
        Real(magnitude(y) + c.potentials + (magnitude(drive.first) + magnitude(drive.second))));
  }

  /// The same while v is held at v_reset: only the synaptic variables change.
  [[nodiscard]] static State advance_refractory(const Constants& constants, const State& state, const Real& h) {
    return {state.y, decayed(state.exc, numerics::elementary::exp(Real(-h * constants.exc.rate))),
            decayed(state.inh, numerics::elementary::exp(Real(-h * constants.inh.rate))), state.t};
  }

  /// @param receptor index in model().receptors
  static void add_input(State& state, std::size_t receptor, const Real& weight) {
    (receptor == 0 ? state.exc : state.inh) += weight;
  }

  /// A variable as users see it. @param index in model().variables
  [[nodiscard]] static Real variable(const Constants& constants, const State& state, std::size_t index) {
    return index == 0 ? Real(state.y + constants.v_thresh) : index == 1 ? state.exc : state.inh;
  }

  /// Sets a variable. @param index in model().variables
  static void set_variable(const Constants& constants, State& state, std::size_t index, double value) {
    if (index == 0) {
      state.y = Real(value) - constants.v_thresh;
    } else {
      (index == 1 ? state.exc : state.inh) = Real(value);
    }
  }

  /// A spike changes nothing but v.
  static void after_spike(const Constants& /*constants*/, State& /*state*/) {}

  [[nodiscard]] static numerics::ExponentialSum<Real> drive_at_threshold(const Constants& constants,
                                                                         const State& state) {
    return {constants.y_infinity, constants.resistance * state.exc, constants.resistance * state.inh,
            constants.exc.rate, constants.inh.rate};
  }

  /// dv/dt [mV/ms]
  [[nodiscard]] static Real slope(const Constants& constants, const State& state) {
    return ((constants.y_infinity - state.y) + constants.resistance * (state.exc + state.inh)) * constants.rate_m;
  }

  /// Size of the potentials that rounding errors are relative to [mV].
  [[nodiscard]] static Real scale(const Constants& constants, const State& state) {
    return magnitude(state.y) + constants.potentials +
           constants.resistance * (magnitude(state.exc) + magnitude(state.inh));
  }

  [[nodiscard]] static SafeInterval<Real> safe_interval(const Constants& constants, const State& state) {
    return neurons::safe_interval(Real(-state.y), drive_at_threshold(constants, state).upper_bound(), Real(1),
                                  constants.tau_m, scale(constants, state));
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
      const numerics::elementary::Pair m_exc =
          numerics::elementary::exp(numerics::elementary::Pair{-t * rate_m, -t * rate_exc});
      const numerics::elementary::Pair inh = numerics::elementary::exp(numerics::elementary::Pair{-t * rate_inh, 0.0});
      return {m_exc[0], m_exc[1], inh[0]};
    } else {
      return {numerics::elementary::exp(Real(-t * rate_m)), numerics::elementary::exp(Real(-t * rate_exc)),
              numerics::elementary::exp(Real(-t * rate_inh))};
    }
  }

  [[nodiscard]] static Row make_row(const Real& y, const Real& exc, const Real& inh, const Real& t) {
    if constexpr (kHasReserve) {
      return {y, exc, inh, y == kHeld ? reserve::kHeld : reserve::kNone, t};
    } else {
      return {y, exc, inh, t};
    }
  }
  /// Of a row without a frame.
  [[nodiscard]] static State state_of(const Row& row) { return {row.y, row.exc, row.inh, row.t}; }

  /// Of the potential of an input, in units of its amplitude.
  struct Peak {
    Real time;
    Real height;
  };
  [[nodiscard]] static Peak peak_of(const Real& tau, const Real& tau_m) {
    if (tau == tau_m) {  // there is no frame
      return {tau, Real(0)};
    }
    const Real time = numerics::elementary::log(Real(tau / tau_m)) * (tau * tau_m) / (tau - tau_m);
    return {time, numerics::elementary::exp(Real(-time / tau)) - numerics::elementary::exp(Real(-time / tau_m))};
  }

  [[nodiscard]] static State state_at(const Constants& c, const Row& row, const Real& t,
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
    return (synapse.slow ? decay_syn : decay_m) * numerics::elementary::phi(Real(h * synapse.rate_difference));
  }
};

}  // namespace va_event::neurons
