// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <type_traits>

#include "neurons/if_cond_exp/constants.hpp"
#include "neurons/if_cond_exp/intervals/advance.hpp"
#include "neurons/if_cond_exp/intervals/decay_series.hpp"
#include "neurons/if_cond_exp/parameters.hpp"
#include "neurons/if_cond_exp/short_solution.hpp"
#include "neurons/safe_interval.hpp"
#include "neurons/state.hpp"
#include "neurons/state_records.hpp"
#include "neurons/variables.hpp"
#include "numerics/elementary.hpp"
#include "numerics/exponential_sum.hpp"
#include "va_event/cell_types.hpp"

namespace va_event::neurons {

/// Synaptic time constants from this one on allow conductances to be held in amplitude form [ms]: e^{t/tau} stays in
/// the range of double over an epoch (e^160 = 3e69), times any conductance that is allowed.
inline constexpr double kMinAmplitudeFormTau = 0.1;

/// Solution of IF_cond_exp by variation of constants; the one integral that has no elementary form is taken by
/// Gauss-Legendre quadrature to full precision, or, where one synaptic time constant is once or twice the other, by a
/// power series (decay_series.hpp). Types wider than double take a Taylor series instead
/// (conductance_series.hpp). The synaptic variables are conductances [uS].
///
/// In memory, doubles are held in amplitude form: exc and inh of a record are the conductances' amplitudes, g(t)
/// e^{t/tau} with t since the start of the epoch. They stay while nothing happens, and an input changes one of them by
/// a number that all targets of a spike share.
///
/// Rejected: incomplete gamma functions, the textbook closed form, lose digits exponentially with the conductance.
template <class Real>
struct IfCondExpKernel : StateRecords<IfCondExpKernel<Real>, Real> {
  using Records = StateRecords<IfCondExpKernel<Real>, Real>;
  using State = typename Records::State;
  using Record = State;
  /// Largest error of y after `advance`, in units of epsilon() * scale(constants, state).
  static constexpr double kMaxAdvanceError = 8.0;
  /// An input changes a conductance, never v itself.
  static constexpr bool kInputsMoveV = false;
  static constexpr bool kTakesSinusoids = true;

  using Constants = IfCondExpConstants<Real>;
  using Parameters = IfCondExp;
  static constexpr const auto& kParameters = kIfCondExpParameters;
  static constexpr VariableTable<State, 3> kVariables{
      {{{&State::y, "v", "mV", -65.0, Bound::any, "membrane potential"},
        {&State::exc, "gsyn_exc", "uS", 0.0, Bound::non_negative, "excitatory conductance"},
        {&State::inh, "gsyn_inh", "uS", 0.0, Bound::non_negative, "inhibitory conductance"}}}};

  /// Only of doubles: digits of wider types take more terms than a short solution is worth.
  using Short = std::conditional_t<std::is_same_v<Real, double>, ShortConductanceSolution<IfCondExpKernel>, void>;

  /// @param injected_current [nA], added to i_offset
  [[nodiscard]] static Constants prepare(const Parameters& parameters, double injected_current) {
    const Real v_rest(parameters.v_rest), cm(parameters.cm), tau_m(parameters.tau_m), tau_refrac(parameters.tau_refrac);
    const Real tau_exc(parameters.tau_syn_E), tau_inh(parameters.tau_syn_I), e_rev_exc(parameters.e_rev_E),
        e_rev_inh(parameters.e_rev_I);
    const Real v_thresh(parameters.v_thresh), v_reset(parameters.v_reset), i_offset(parameters.i_offset);
    const Real resistance = tau_m / cm;
    const Real y_leak = (v_rest - v_thresh) + resistance * (i_offset + Real(injected_current));
    const Real y_exc = e_rev_exc - v_thresh;
    const Real y_inh = e_rev_inh - v_thresh;
    // y_leak may be a small difference of large terms
    Real potentials =
        magnitude(Real(v_rest - v_thresh)) + resistance * magnitude(Real(i_offset + Real(injected_current)));
    potentials = magnitude(y_exc) > potentials ? magnitude(y_exc) : potentials;
    potentials = magnitude(y_inh) > potentials ? magnitude(y_inh) : potentials;
    return {v_reset - v_thresh,
            v_thresh,
            tau_refrac,
            tau_m,
            tau_exc,
            tau_inh,
            Real(1) / tau_m,
            Real(1) / tau_exc,
            Real(1) / tau_inh,
            resistance,
            y_leak,
            y_exc,
            y_inh,
            potentials,
            kHorizon * (tau_m + tau_exc + tau_inh),
            kIsDouble ? decay_series::shape_of(parameters.tau_m, parameters.tau_syn_E, parameters.tau_syn_I)
                      : decay_series::Shape{},
            kIsDouble && parameters.tau_syn_E >= kMinAmplitudeFormTau && parameters.tau_syn_I >= kMinAmplitudeFormTau,
            numerics::elementary::exp(Real(-Real(kEpoch) / tau_exc)),
            numerics::elementary::exp(Real(-Real(kEpoch) / tau_inh))};
  }

  /// The state `h` later without input, ignoring the threshold; `t` stays.
  /// @param h [ms], >= 0; any length: the number of steps is bounded, whatever h and the conductances are
  /// Error of y <= kMaxAdvanceError epsilon * scale.
  [[nodiscard]] static State advance(const Constants& constants, const State& state, const Real& h) {
    return intervals::advance(constants, state, h);
  }

  /// The same while v is held at v_reset: only the synaptic variables change.
  [[nodiscard]] static State advance_refractory(const Constants& constants, const State& state, const Real& h) {
    return intervals::decay_conductances(constants, state, h);
  }

  /// @param receptor index in model().receptors
  static void add_input(State& state, std::size_t receptor, const Real& weight) {
    (receptor == 0 ? state.exc : state.inh) += weight;
  }

  /// F(t) after the state [mV]: the equation in units of the leak at v = v_thresh, where y = 0.
  [[nodiscard]] static numerics::ExponentialSum<Real> drive_at_threshold(const Constants& constants,
                                                                         const State& state) {
    return {constants.y_leak, constants.resistance * state.exc * constants.y_exc,
            constants.resistance * state.inh * constants.y_inh, constants.rate_exc, constants.rate_inh};
  }

  /// dv/dt [mV/ms]
  [[nodiscard]] static Real slope(const Constants& constants, const State& state) {
    return ((constants.y_leak - state.y) + constants.resistance * (state.exc * (constants.y_exc - state.y) +
                                                                   state.inh * (constants.y_inh - state.y))) *
           constants.rate_m;
  }

  /// Size of the potentials that rounding errors are relative to [mV].
  [[nodiscard]] static Real scale(const Constants& constants, const State& state) {
    return magnitude(state.y) + constants.potentials;
  }

  /// Conductances decay, so that those of the state bound all later ones.
  [[nodiscard]] static SafeInterval<Real> safe_interval(const Constants& constants, const State& state) {
    const Real conductance = Real(1) + constants.resistance * (magnitude(state.exc) + magnitude(state.inh));
    return neurons::safe_interval(Real(-state.y), drive_at_threshold(constants, state).upper_bound(), conductance,
                                  constants.tau_m, scale(constants, state));
  }

  // How a neuron is held in memory (its record): with amplitudes where its time constants allow the amplitude form,
  // else by its state.

  /// A time, and what all neurons with the same constants share then.
  struct SharedExponentials {
    Real t;
    Real decay_exc;  ///< e^{-t/tau_syn_E}; only where there is an amplitude form
    Real decay_inh;
  };
  /// @param t in the present epoch [ms]
  [[nodiscard]] static SharedExponentials exponentials_at(const Constants& c, const Real& t) {
    return c.in_amplitude_form ? SharedExponentials{t, numerics::elementary::exp(Real(-t * c.rate_exc)),
                                                    numerics::elementary::exp(Real(-t * c.rate_inh))}
                               : SharedExponentials{t, Real(0), Real(0)};
  }
  /// The record of a state at state.t.
  [[nodiscard]] static State record_of(const Constants& c, const State& state) {
    if (!c.in_amplitude_form) {
      return state;
    }
    const SharedExponentials at = exponentials_at(c, state.t);
    return {state.y, state.exc / at.decay_exc, state.inh / at.decay_inh, state.t};
  }
  /// The state of a record at record.t.
  [[nodiscard]] static State state_of(const Constants& c, const State& record) {
    return state_now(c, record, exponentials_at(c, record.t));
  }
  /// The same, where record.t is `at`.
  [[nodiscard]] static State state_now(const Constants& c, const State& record, const SharedExponentials& at) {
    return c.in_amplitude_form ? State{record.y, record.exc * at.decay_exc, record.inh * at.decay_inh, record.t}
                               : record;
  }

  /// The state at `t`, not before record.t, without input in between, ignoring the threshold; and t.
  [[nodiscard]] static State state_at(const Constants& c, const State& record, const Real& t) {
    return Records::state_at(c, state_of(c, record), t);
  }
  /// The same of a refractory neuron: y is kRefractory.
  [[nodiscard]] static State refractory_at(const Constants& c, const State& record, const Real& t) {
    if (!c.in_amplitude_form) {
      return Records::refractory_at(c, record, t);
    }
    State state = state_now(c, record, exponentials_at(c, t));
    state.y = Real(kRefractory);
    state.t = t;
    return state;
  }
  /// An input, to a neuron that is refractory or not.
  static void receive(const Constants& c, State& record, const SharedExponentials& at, std::size_t receptor,
                      const Real& weight) {
    if (!c.in_amplitude_form) {
      return Records::receive(c, record, {at.t}, receptor, weight);
    }
    if (record.y != Real(kRefractory)) {
      record.y = state_at(c, record, at.t).y;
    }
    record.t = at.t;
    (receptor == 0 ? record.exc : record.inh) += weight / (receptor == 0 ? at.decay_exc : at.decay_inh);
  }

  /// What turns the amplitudes into the drive at threshold at a time.
  struct DriveFactors {
    Real exc;          ///< resistance e^{-t/tau_syn_E} (e_rev_E - v_thresh) [mV/uS]
    Real inh;          ///< the same of the inhibitory synapse [mV/uS]
    bool inh_is_slow;  ///< tau_syn_I >= tau_syn_E

    DriveFactors(const Constants& c, const Real& decay_exc, const Real& decay_inh)
        : exc(c.resistance * decay_exc * c.y_exc),
          inh(c.resistance * decay_inh * c.y_inh),
          inh_is_slow(c.rate_exc >= c.rate_inh) {}

    /// The largest positive value of the synapses' share of the drive from now on, if there is one, as in
    /// numerics::ExponentialSum::upper_bound() [mV].
    [[nodiscard]] Real largest(const Real& exc_amplitude, const Real& inh_amplitude) const {
      const Real drive_exc = exc * exc_amplitude;
      const Real drive_inh = inh * inh_amplitude;
      const Real slow = inh_is_slow ? drive_inh : drive_exc;
      const Real sum = drive_exc + drive_inh;
      return slow > sum ? slow : sum;
    }
  };

  /// How long the neuron is safe after its last event.
  [[nodiscard, gnu::always_inline]] static SafeInterval<Real> safe_after(const Constants& c, const State& record,
                                                                         const SharedExponentials& at) {
    if (!c.in_amplitude_form) {
      return safe_interval(c, record);
    }
    const Real synaptic = DriveFactors(c, at.decay_exc, at.decay_inh).largest(record.exc, record.inh);
    const Real drive = c.y_leak + (synaptic > Real(0) ? synaptic : Real(0));
    const Real conductance = Real(1) + c.resistance * (magnitude(Real(record.exc * at.decay_exc)) +
                                                       magnitude(Real(record.inh * at.decay_inh)));
    return neurons::safe_interval(Real(-record.y), drive, conductance, c.tau_m, scale(c, record));
  }

  /// Into the next epoch: its time 0 is the present one's end.
  static void next_epoch(const Constants& c, State& record) {
    if (!c.in_amplitude_form) {
      return Records::next_epoch(c, record);
    }
    const Real y = record.y == Real(kRefractory) ? record.y : state_at(c, record, Real(kEpoch)).y;
    record = {y, decayed(record.exc, c.epoch_exc), decayed(record.inh, c.epoch_inh), Real(0)};
  }

 private:
  static constexpr bool kIsDouble = std::is_same_v<Real, double>;
};

}  // namespace va_event::neurons
