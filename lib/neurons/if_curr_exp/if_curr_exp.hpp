// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <type_traits>

#include "neurons/if_curr_exp/parameters.hpp"
#include "neurons/if_curr_exp/short_solution.hpp"
#include "neurons/safe_interval.hpp"
#include "neurons/state.hpp"
#include "neurons/variables.hpp"
#include "numerics/elementary.hpp"
#include "numerics/exponential_sum.hpp"
#include "va_event/cell_types.hpp"

namespace va_event::neurons {

/// A neuron in amplitude form: amplitudes of the three exponentials that its potential is made of,
///   y(t) = y_infinity + m e^{-t/tau_m} + exc e^{-t/tau_exc} + inh e^{-t/tau_inh},   t since the start of the epoch.
/// They stay while nothing happens, and an input changes two of them by numbers that all targets of a spike share:
/// one set of exponentials for a spike instead of one for each synapse. While the neuron is refractory m is
/// kRefractory. In memory m is in the place of y.
namespace amplitude_form {

/// Time constants from this one on have the amplitude form [ms]: their exponentials stay in the range of double over an
/// epoch.
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

/// What an input of weight 1 adds to the amplitudes.
template <class Real>
struct UnitInput {
  Real m;
  Real exc;
  Real inh;
};

}  // namespace amplitude_form

/// Closed forms of IF_curr_exp. The synaptic variables are currents [nA].
template <class Real>
struct IfCurrExpKernel : StateVariables<IfCurrExpKernel<Real>, State<Real>> {
  /// Largest error of y after `advance`, in units of epsilon() * scale(constants, state).
  static constexpr double kMaxAdvanceError = 8.0;
  /// An input changes a current, never v itself.
  static constexpr bool kInputsMoveV = false;
  static constexpr bool kTakesSinusoids = true;
  using State = neurons::State<Real>;
  using Record = State;
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
    Real horizon;            ///< [ms]: beyond it nothing that a number of this type resolves changes
    bool in_amplitude_form;  ///< neurons are held in amplitude form
    Real gain_exc;           ///< amplitude of a unit of current, resistance tau_syn/(tau_syn - tau_m) [MOhm]
    Real gain_inh;
    Real drive_exc;  ///< drive at threshold for a unit of amplitude, (tau_syn - tau_m)/tau_syn
    Real drive_inh;
    amplitude_form::Factors<Real> epoch;  ///< at the end of an epoch
  };

  using Parameters = IfCurrExp;
  static constexpr const auto& kParameters = kIfCurrExpParameters;
  static constexpr VariableTable<State, 3> kVariables{
      {{{&State::y, "v", "mV", -65.0, Bound::any, "membrane potential"},
        {&State::exc, "isyn_exc", "nA", 0.0, Bound::any, "excitatory current"},
        {&State::inh, "isyn_inh", "nA", 0.0, Bound::any, "inhibitory current"}}}};

  /// @param injected_current [nA], added to i_offset
  [[nodiscard]] static Constants prepare(const Parameters& parameters, double injected_current) {
    const Real v_rest(parameters.v_rest), cm(parameters.cm), tau_m(parameters.tau_m), tau_refrac(parameters.tau_refrac);
    const Real tau_exc(parameters.tau_syn_E), tau_inh(parameters.tau_syn_I), i_offset(parameters.i_offset);
    const Real v_reset(parameters.v_reset), v_thresh(parameters.v_thresh);
    const Real resistance = tau_m / cm;
    const Real current = i_offset + Real(injected_current);
    const Real potentials = magnitude(Real(v_rest - v_thresh)) + resistance * magnitude(current);
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
            has_amplitude_form(parameters.tau_m, parameters.tau_syn_E, parameters.tau_syn_I),
            resistance * tau_exc / (tau_exc - tau_m),
            resistance * tau_inh / (tau_inh - tau_m),
            (tau_exc - tau_m) / tau_exc,
            (tau_inh - tau_m) / tau_inh,
            factors_at(Real(kEpoch), Real(1) / tau_m, Real(1) / tau_exc, Real(1) / tau_inh)};
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

  // How a neuron is held in memory (its record): by its amplitudes where its time constants allow the amplitude form,
  // else by its state.

  /// The state at `t`, not before record.t, without input in between, ignoring the threshold; and t.
  [[nodiscard]] static State state_at(const Constants& c, const Record& record, const Real& t) {
    if (!c.in_amplitude_form) {
      State state = advance(c, record, t - record.t);
      state.t = t;
      return state;
    }
    return state_at(c, record, t, factors_at(c, t));
  }

  /// The same of a refractory neuron: y is kRefractory.
  [[nodiscard]] static State refractory_at(const Constants& c, const Record& record, const Real& t) {
    State state =
        c.in_amplitude_form ? state_at(c, record, t, factors_at(c, t)) : advance_refractory(c, record, t - record.t);
    state.y = Real(kRefractory);
    state.t = t;
    return state;
  }

  /// The record of a state at state.t.
  [[nodiscard]] static Record record_of(const Constants& c, const State& state) {
    if (!c.in_amplitude_form) {
      return state;
    }
    const amplitude_form::Factors<Real> now = factors_at(c, state.t);
    const Real exc = c.gain_exc * state.exc;
    const Real inh = c.gain_inh * state.inh;
    const Real m = state.y == Real(kRefractory) ? state.y : Real((((state.y - c.y_infinity) - exc) - inh) / now.m);
    return {m, exc / now.exc, inh / now.inh, state.t};
  }

  /// A time, and what all neurons with the same constants share then.
  struct SharedExponentials {
    Real t;
    amplitude_form::Factors<Real> now;  ///< only where there is an amplitude form
  };
  [[nodiscard]] static SharedExponentials exponentials_at(const Constants& c, const Real& t) {
    return {t, c.in_amplitude_form ? factors_at(c, t) : amplitude_form::Factors<Real>{}};
  }

  /// An input, to a neuron that is refractory or not.
  static void receive(const Constants& c, Record& record, const SharedExponentials& at, std::size_t receptor,
                      const Real& weight) {
    if (c.in_amplitude_form) {
      const amplitude_form::UnitInput<Real> input = input_at(c, at, receptor);
      record.y += weight * input.m;
      record.exc += weight * input.exc;
      record.inh += weight * input.inh;
      record.t = at.t;
      return;
    }
    record = record.y == Real(kRefractory) ? refractory_at(c, record, at.t) : state_at(c, record, at.t);
    add_input(record, receptor, weight);
  }

  /// The state at the time of the neuron's last event.
  [[nodiscard]] static State state_now(const Constants& c, const Record& record, const SharedExponentials& at) {
    return c.in_amplitude_form ? state_at(c, record, at.t, at.now) : record;
  }

  /// How long the neuron is safe after its last event.
  [[nodiscard]] static SafeInterval<Real> safe_after(const Constants& c, const Record& record,
                                                     const SharedExponentials& at) {
    return c.in_amplitude_form ? safe_in_amplitude_form(c, record, at.now) : safe_interval(c, record);
  }

  /// Into the next epoch: its time 0 is the present one's end.
  static void next_epoch(const Constants& c, Record& record) {
    if (c.in_amplitude_form) {
      record = {record.y == Real(kRefractory) ? record.y : decayed(record.y, c.epoch.m),
                decayed(record.exc, c.epoch.exc), decayed(record.inh, c.epoch.inh), Real(0)};
    } else {
      record =
          record.y == Real(kRefractory) ? refractory_at(c, record, Real(kEpoch)) : state_at(c, record, Real(kEpoch));
      record.t = Real(0);
    }
  }

  [[nodiscard]] static amplitude_form::Factors<Real> factors_at(const Constants& c, const Real& t) {
    return factors_at(t, c.rate_m, c.exc.rate, c.inh.rate);
  }

  /// What an input of weight 1 adds to a record.
  [[nodiscard]] static amplitude_form::UnitInput<Real> input_at(const Constants& c, const SharedExponentials& at,
                                                                std::size_t receptor) {
    const bool excitatory = receptor == 0;
    const Real& gain = excitatory ? c.gain_exc : c.gain_inh;
    const Real synaptic = gain / (excitatory ? at.now.exc : at.now.inh);
    return {-gain / at.now.m, excitatory ? synaptic : Real(0), excitatory ? Real(0) : synaptic};
  }

  [[nodiscard]] static SafeInterval<Real> safe_in_amplitude_form(const Constants& c, const Record& record,
                                                                 const amplitude_form::Factors<Real>& now) {
    const Real exc = record.exc * now.exc;
    const Real inh = record.inh * now.inh;
    const Real y = c.y_infinity + ((record.y * now.m + exc) + inh);
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
  [[nodiscard]] static bool has_amplitude_form(double tau_m, double tau_exc, double tau_inh) {
    const auto apart = [tau_m](double tau) {
      return tau >= amplitude_form::kMinTau && tau <= amplitude_form::kMaxGain * std::fabs(tau - tau_m);
    };
    return tau_m >= amplitude_form::kMinTau && apart(tau_exc) && apart(tau_inh);
  }

  [[nodiscard]] static amplitude_form::Factors<Real> factors_at(const Real& t, const Real& rate_m, const Real& rate_exc,
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

  [[nodiscard]] static State state_at(const Constants& c, const Record& record, const Real& t,
                                      const amplitude_form::Factors<Real>& now) {
    const Real exc = record.exc * now.exc;
    const Real inh = record.inh * now.inh;
    return {c.y_infinity + ((record.y * now.m + exc) + inh), exc / c.gain_exc, inh / c.gain_inh, t};
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
