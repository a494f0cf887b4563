// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "neurons/if_curr_delta/parameters.hpp"
#include "neurons/safe_interval.hpp"
#include "neurons/state.hpp"
#include "neurons/state_records.hpp"
#include "neurons/variables.hpp"
#include "numerics/elementary.hpp"
#include "numerics/exponential_sum.hpp"
#include "va_event/cell_types.hpp"

namespace va_event::neurons {

/// Closed forms of IF_curr_delta: between events only the leak acts, and an input moves v itself. The synaptic
/// variables of the state are not used; they are 0.
template <class Real>
struct IfCurrDeltaKernel : StateRecords<IfCurrDeltaKernel<Real>, Real> {
  using State = typename StateRecords<IfCurrDeltaKernel<Real>, Real>::State;
  /// Largest error of y after `advance`, in units of epsilon() * scale(constants, state).
  static constexpr double kMaxAdvanceError = 4.0;
  /// An input can lift v to the threshold at once.
  static constexpr bool kInputsMoveV = true;
  static constexpr bool kTakesSinusoids = true;

  struct Constants {
    Real y_reset;     ///< v_reset - v_thresh [mV], < 0
    Real v_thresh;    ///< [mV]
    Real tau_refrac;  ///< [ms]
    Real tau_m;       ///< [ms]
    Real rate_m;      ///< 1/tau_m [1/ms]
    Real y_infinity;  ///< v_rest + tau_m/cm (i_offset + injected current) - v_thresh [mV]
    Real potentials;  ///< magnitudes of the terms of y_infinity, added up [mV]
    Real horizon;     ///< [ms]: beyond it nothing that a number of this type resolves changes
  };

  using Parameters = IfCurrDelta;
  static constexpr const auto& kParameters = kIfCurrDeltaParameters;
  static constexpr VariableTable<State, 1> kVariables{
      {{{&State::y, "v", "mV", -65.0, Bound::any, "membrane potential"}}}};

  /// @param injected_current [nA], added to i_offset
  [[nodiscard]] static Constants prepare(const Parameters& parameters, double injected_current) {
    const Real v_rest(parameters.v_rest), cm(parameters.cm), tau_m(parameters.tau_m), tau_refrac(parameters.tau_refrac);
    const Real current = Real(parameters.i_offset) + Real(injected_current);
    const Real v_reset(parameters.v_reset), v_thresh(parameters.v_thresh);
    const Real driven = tau_m / cm * current;
    return {v_reset - v_thresh,
            v_thresh,
            tau_refrac,
            tau_m,
            Real(1) / tau_m,
            (v_rest - v_thresh) + driven,
            magnitude(Real(v_rest - v_thresh)) + magnitude(driven),
            kHorizon * tau_m};
  }

  /// The state `h` later without input, ignoring the threshold; `t` stays.
  /// @param h [ms], >= 0; any length
  /// Error of y <= kMaxAdvanceError epsilon * scale.
  [[nodiscard]] static State advance(const Constants& constants, const State& state, const Real& h) {
    const Real x = h * constants.rate_m;
    State end = state;
    // The increment's form loses nothing at small x; the other one keeps the sign of y when y_infinity is 0.
    end.y = x < Real(1) / 2
                ? Real(state.y - (constants.y_infinity - state.y) * numerics::elementary::expm1(Real(-x)))
                : Real(constants.y_infinity + (state.y - constants.y_infinity) * numerics::elementary::exp(Real(-x)));
    return end;
  }

  /// The same while v is held at v_reset: nothing happens.
  [[nodiscard]] static State advance_refractory(const Constants& /*constants*/, const State& state, const Real& /*h*/) {
    return state;
  }

  /// While the neuron is refractory, y is kRefractory and the input is lost.
  static void add_input(State& state, std::size_t /*receptor*/, const Real& weight) { state.y += weight; }

  /// Constant; the rates of its two absent terms are any.
  [[nodiscard]] static numerics::ExponentialSum<Real> drive_at_threshold(const Constants& constants,
                                                                         const State& /*state*/) {
    return {constants.y_infinity, Real(0), Real(0), constants.rate_m, constants.rate_m};
  }

  /// dv/dt [mV/ms]
  [[nodiscard]] static Real slope(const Constants& constants, const State& state) {
    return (constants.y_infinity - state.y) * constants.rate_m;
  }

  /// Size of the potentials that rounding errors are relative to [mV].
  [[nodiscard]] static Real scale(const Constants& constants, const State& state) {
    return magnitude(state.y) + constants.potentials;
  }

  /// As neuron_model.hpp says, for the drive y_infinity and the leak alone.
  [[nodiscard]] static SafeInterval<Real> safe_interval(const Constants& constants, const State& state) {
    return neurons::safe_interval(Real(-state.y), constants.y_infinity, Real(1), constants.tau_m,
                                  scale(constants, state));
  }
};

}  // namespace va_event::neurons
