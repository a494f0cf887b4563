// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

#include "neurons/if_cond_exp/intervals/conductance_series.hpp"
#include "neurons/if_cond_exp/intervals/decay_series.hpp"
#include "neurons/if_cond_exp/intervals/transfer.hpp"
#include "neurons/if_cond_exp/parameters.hpp"
#include "neurons/if_cond_exp/short_solution.hpp"
#include "neurons/safe_interval.hpp"
#include "neurons/state.hpp"
#include "neurons/state_records.hpp"
#include "neurons/variables.hpp"
#include "numerics/elementary.hpp"
#include "numerics/exponential_sum.hpp"
#include "numerics/gauss_legendre.hpp"
#include "va_event/cell_types.hpp"

namespace va_event::neurons {

/// How many quadrature nodes an interval h needs, as a function of two numbers: x = A h, with A the total conductance
/// over cm at the start, and z = h/(shorter synaptic time constant).
struct QuadratureLevel {
  std::size_t nodes;
  double max_x;
  double max_z;
};

/// Each level leaves at most 1e-16 of the potentials' scale, for any share of leak, excitation and inhibition in x
/// (if_cond_exp_test.cpp measures it).
inline constexpr std::array<QuadratureLevel, 9> kQuadratureLevels = {{{4, 0.09, 0.1},
                                                                      {5, 0.42, 0.2},
                                                                      {6, 0.56, 0.4},
                                                                      {7, 1.5, 0.5},
                                                                      {8, 2.0, 0.7},
                                                                      {10, 3.0, 1.5},
                                                                      {12, 7.0, 2.0},
                                                                      {14, 7.0, 3.0},
                                                                      {16, 10.0, 4.0}}};

/// Time constants from this one on allow conductances to be held in amplitude form [ms]: e^{t/tau} stays in the
/// range of double over it.
inline constexpr double kMinAmplitudeFormTau = 0.1;

/// By which formula an interval is taken, as a number: the power series with ratio 1 or 2, one of kQuadratureLevels, or
/// by none alone.
namespace formula {
inline constexpr std::size_t kRatioOne = 0;
inline constexpr std::size_t kRatioTwo = 1;
inline constexpr std::size_t kQuadrature = 2;
inline constexpr std::size_t kNone = kQuadrature + kQuadratureLevels.size();
}  // namespace formula

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

  struct Constants {
    Real y_reset;                ///< v_reset - v_thresh [mV], < 0
    Real v_thresh;               ///< [mV]
    Real tau_refrac;             ///< [ms]
    Real tau_m;                  ///< [ms]
    Real tau_exc;                ///< [ms]
    Real tau_inh;                ///< [ms]
    Real rate_m;                 ///< 1/tau_m [1/ms]
    Real rate_exc;               ///< 1/tau_syn_E [1/ms]
    Real rate_inh;               ///< 1/tau_syn_I [1/ms]
    Real resistance;             ///< tau_m/cm [MOhm]: turns a conductance [uS] into units of the leak
    Real y_leak;                 ///< v_rest + resistance (i_offset + injected current) - v_thresh [mV]
    Real y_exc;                  ///< e_rev_E - v_thresh [mV]
    Real y_inh;                  ///< e_rev_I - v_thresh [mV]
    Real potentials;             ///< largest magnitude of these three, terms of y_leak added up [mV]
    Real horizon;                ///< [ms]: beyond it nothing that a number of this type resolves changes
    decay_series::Shape series;  ///< of doubles
    bool in_amplitude_form;      ///< records hold amplitudes
    Real epoch_exc;              ///< e^{-epoch/tau_syn_E}, where framed
    Real epoch_inh;
  };

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
    if constexpr (kIsDouble) {
      if (const auto interval = transfer(constants, state.exc, state.inh, h)) {
        State end = decay(constants, state, h);
        end.y = (*interval)(state.y);
        return end;
      }
    }
    State now = state;
    Real rest = h;
    for (bool long_memory = true;;) {
      const Load load = load_of(constants, now, rest);
      if (load.leak_only) {
        return decay_to_leak(constants, now, rest);
      }
      const Real x = load.conductance * rest * constants.rate_m;
      const Real z = rest * load.rate;
      if constexpr (kUsesSeries) {
        if (x <= Real(kMaxX) && z <= Real(kMaxZ)) {
          return series(constants, now, rest, load);
        }
      } else {
        if (const std::size_t level = level_for(x, z); level < kQuadratureLevels.size()) {
          State end = advance_refractory(constants, now, rest);
          end.y = transfer(formula::kQuadrature + level, constants, now.exc, now.inh, rest)(now.y);
          return end;
        }
      }
      if (long_memory) {
        const Real forgotten = forgotten_part(constants, now, rest);
        if (forgotten > Real(0)) {
          now = advance_refractory(constants, now, forgotten);
          now.y = stationary(constants, now);
          rest -= forgotten;
        }
        long_memory = false;
        continue;
      }
      const Real by_x = Real(kMaxX) / (load.conductance * constants.rate_m);
      const Real by_z = Real(kMaxZ) / load.rate;
      const Real part = by_x < by_z ? by_x : by_z;
      if constexpr (kUsesSeries) {
        now = series(constants, now, part, load);
      } else {
        const auto end = quadrature<kQuadratureLevels.back().nodes>(constants, now.exc, now.inh, part);
        const Real y = end(now.y);
        now = advance_refractory(constants, now, part);
        now.y = y;
      }
      rest -= part;
    }
  }

  /// The same while v is held at v_reset: only the synaptic variables change.
  [[nodiscard]] static State advance_refractory(const Constants& constants, const State& state, const Real& h) {
    return {state.y, decayed(state.exc, numerics::elementary::exp(Real(-h * constants.rate_exc))),
            decayed(state.inh, numerics::elementary::exp(Real(-h * constants.rate_inh))), state.t};
  }

  /// @param receptor index in model().receptors
  static void add_input(State& state, std::size_t receptor, const Real& weight) {
    (receptor == 0 ? state.exc : state.inh) += weight;
  }

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

  [[nodiscard]] static SafeInterval<Real> safe_interval(const Constants& constants, const State& state) {
    const Real conductance = Real(1) + constants.resistance * (magnitude(state.exc) + magnitude(state.inh));
    return neurons::safe_interval(Real(-state.y), drive_at_threshold(constants, state).upper_bound(), conductance,
                                  constants.tau_m, scale(constants, state));
  }

  /// The formula that takes the interval `h` from conductances `exc` and `inh` on; kNone when it takes more than one.
  /// @param h  [ms], >= 0
  [[nodiscard]] static std::size_t formula_of(const Constants& c, double exc, double inh, double h) {
    if (c.series.ratio != 0) {
      const std::size_t series = c.series.ratio == 1 ? formula::kRatioOne : formula::kRatioTwo;
      return series_load(c, exc, inh, h) < decay_series::kLoadLimit ? series : formula::kNone;
    }
    const Load load = load_of(c, {0.0, exc, inh, 0.0}, h);
    return load.leak_only ? formula::kNone
                          : formula::kQuadrature + level_for(load.conductance * h * c.rate_m, h * load.rate);
  }

  /// What decides how a power series takes the interval (decay_series.hpp).
  [[nodiscard]] static double series_load(const Constants& c, double exc, double inh, double h) {
    const double conductance = 1.0 + c.resistance * (magnitude(exc) + magnitude(inh));
    return decay_series::load_of(c.series, c.rate_m, conductance, h);
  }

  /// What the interval does to y. @param way  of formula_of(), not kNone
  [[nodiscard]] static Transfer<double> transfer(std::size_t formula, const Constants& c, double exc, double inh,
                                                 double h) {
    if (formula >= formula::kQuadrature) {
      return transfer_at_level(formula - formula::kQuadrature, c, exc, inh, h,
                               std::make_index_sequence<kQuadratureLevels.size()>{});
    }
    const bool exc_is_slow = c.series.excitatory_is_slow;
    const decay_series::Start start{c.y_leak, exc_is_slow ? c.y_exc : c.y_inh, exc_is_slow ? c.y_inh : c.y_exc,
                                    c.resistance * (exc_is_slow ? exc : inh), c.resistance * (exc_is_slow ? inh : exc)};
    return decay_series::transfer(c.series, c.rate_m, start, h, decay_series::order_for(series_load(c, exc, inh, h)));
  }

  /// Divides an interval of too large a load into parts that a power series takes each, and visits them with the
  /// conductances at their start. @returns how many; 0: that cannot be done
  template <class Visit>
  static unsigned for_parts(const Constants& c, double exc, double inh, double h, const Visit& visit) {
    const unsigned parts = c.series.ratio == 0 ? 0 : decay_series::parts_for(series_load(c, exc, inh, h));
    if (parts > 0) {
      const double part = h * (1.0 / parts);
      const double decay_exc = numerics::elementary::exp(-part * c.rate_exc);
      const double decay_inh = numerics::elementary::exp(-part * c.rate_inh);
      for (unsigned k = 0; k < parts; ++k) {
        visit(part, exc, inh);
        exc *= decay_exc;
        inh *= decay_inh;
      }
    }
    return parts;
  }

  /// What the interval does to y, if formulas say so.
  [[nodiscard]] static std::optional<Transfer<double>> transfer(const Constants& c, double exc, double inh, double h) {
    if (const std::size_t formula = formula_of(c, exc, inh, h); formula != formula::kNone) {
      return transfer(formula, c, exc, inh, h);
    }
    std::optional<Transfer<double>> all;
    for_parts(c, exc, inh, h, [&](double part, double part_exc, double part_inh) {
      const Transfer<double> one = transfer(formula_of(c, part_exc, part_inh, part), c, part_exc, part_inh, part);
      all = all ? all->then(one) : one;
    });
    return all;
  }

  /// What the interval does to y by one quadrature with kCount nodes, however many it needed. `advance` decides that.
  ///   y(h) = e^{-M(h)} y(0) + (h/tau_m) sum_k w_k e^{-(M(h)-M(s_k))} [y_leak + ge(s_k) y_exc + gi(s_k) y_inh].
  /// The nodes are symmetric, so 1 - e^{-(h-s_k)/tau}, which M(h) - M(s_k) needs without cancellation, is a value that
  /// the mirrored node has computed already.
  template <std::size_t kCount>
  [[nodiscard]] static Transfer<Real> quadrature(const Constants& c, const Real& exc, const Real& inh, const Real& h) {
    const numerics::GaussLegendre<Real, kCount>& rule = numerics::gauss_legendre<Real, kCount>();
    const Real x = h * c.rate_m;
    const Real h_exc = h * c.rate_exc;
    const Real h_inh = h * c.rate_inh;
    // Plain loops over arrays, because compilers turn them into vector instructions.
    constexpr std::size_t kAll = kCount + 1;  // the end of the interval comes last
    std::array<Real, 2 * kAll> decay;         // e^{-s_k/tau} - 1, first excitatory, then inhibitory
    for (std::size_t k = 0; k < kCount; ++k) {
      decay[k] = -h_exc * rule.node[k];
      decay[kAll + k] = -h_inh * rule.node[k];
    }
    decay[kCount] = -h_exc;
    decay[kAll + kCount] = -h_inh;
    for (std::size_t k = 0; k < 2 * kAll; ++k) {
      decay[k] = numerics::elementary::expm1(decay[k]);
    }
    const Real ge = c.resistance * exc;
    const Real gi = c.resistance * inh;
    const Real memory_exc = ge * (c.tau_exc * c.rate_m);
    const Real memory_inh = gi * (c.tau_inh * c.rate_m);
    std::array<Real, kAll> factor;
    for (std::size_t k = 0; k < kCount; ++k) {
      const std::size_t mirror = kCount - 1 - k;
      factor[k] = memory_exc * ((1 + decay[k]) * decay[mirror]) +
                  memory_inh * ((1 + decay[kAll + k]) * decay[kAll + mirror]) - x * rule.node[mirror];
    }
    factor[kCount] = memory_exc * decay[kCount] + memory_inh * decay[kAll + kCount] - x;
    for (std::size_t k = 0; k < kAll; ++k) {
      factor[k] = numerics::elementary::exp(factor[k]);
    }
    const Real drive_exc = ge * c.y_exc;
    const Real drive_inh = gi * c.y_inh;
    Real sum(0);
    for (std::size_t k = 0; k < kCount; ++k) {
      sum += rule.weight[k] * factor[k] * (c.y_leak + drive_exc * (1 + decay[k]) + drive_inh * (1 + decay[kAll + k]));
    }
    return {factor[kCount], x * sum};
  }

  // How a neuron is held in memory (its record): with amplitudes where its time constants allow the amplitude form,
  // else by its state.

  /// A time, and what all neurons with the same constants share then.
  struct SharedExponentials {
    Real t;
    Real decay_exc;  ///< e^{-t/tau_syn_E}; only where there is an amplitude form
    Real decay_inh;
  };
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
  /// Refractory from `t` on, or no longer: the record without and with a potential.
  [[nodiscard]] static State record_with(const Constants& c, const State& record, const Real& y, const Real& t) {
    if (c.in_amplitude_form) {
      return {y, record.exc, record.inh, t};
    }
    State state = Records::refractory_at(c, record, t);
    state.y = y;
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
    Real exc;  ///< resistance e^{-t/tau_syn_E} (e_rev_E - v_thresh) [mV/uS]
    Real inh;
    bool inh_is_slow;

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

  /// What decides how an interval is integrated.
  struct Load {
    Real conductance;  ///< 1 + |ge| + |gi|, in units of the leak
    Real rate;         ///< of the fastest synapse that matters [1/ms]
    bool leak_only;    ///< neither synapse moves y by a rounding error
  };

  [[nodiscard]] static Load load_of(const Constants& c, const State& state, const Real& h) {
    const Real negligible = std::numeric_limits<Real>::epsilon() / 1024;
    const Real exc = c.resistance * magnitude(state.exc);
    const Real inh = c.resistance * magnitude(state.inh);
    // ge times the shorter of h and tau_syn, over tau_m, is what the synapse can add to the exponent M
    const bool exc_matters = exc * (h < c.tau_exc ? h : c.tau_exc) * c.rate_m > negligible;
    const bool inh_matters = inh * (h < c.tau_inh ? h : c.tau_inh) * c.rate_m > negligible;
    const Real rate_exc = exc_matters ? c.rate_exc : Real(0);
    const Real rate_inh = inh_matters ? c.rate_inh : Real(0);
    return {Real(1) + exc + inh, rate_exc > rate_inh ? rate_exc : rate_inh, !exc_matters && !inh_matters};
  }

 private:
  static constexpr bool kIsDouble = std::is_same_v<Real, double>;
  /// Exponentials of wider types are too slow for quadrature.
  static constexpr bool kUsesSeries = !kIsDouble;
  /// The longest step, in the two numbers of QuadratureLevel.
  static constexpr double kMaxX = kUsesSeries ? ConductanceSeries<Real>::kMaxX : kQuadratureLevels.back().max_x;
  static constexpr double kMaxZ = kUsesSeries ? ConductanceSeries<Real>::kMaxZ : kQuadratureLevels.back().max_z;

  /// The cheapest level that is enough; kQuadratureLevels.size() when none is.
  [[nodiscard]] static std::size_t level_for(double x, double z) {
    std::size_t level = 0;
    while (level < kQuadratureLevels.size() &&
           !(x <= kQuadratureLevels[level].max_x && z <= kQuadratureLevels[level].max_z)) {
      ++level;
    }
    return level;
  }

  /// advance_refractory(), with one exponential where it is enough.
  [[nodiscard]] static State decay(const Constants& c, const State& state, const Real& h) {
    if (c.series.ratio == 0) {
      return advance_refractory(c, state, h);
    }
    const Real slow = numerics::elementary::exp(Real(-h * c.series.rate_slow));
    const Real fast = c.series.ratio == 1 ? slow : slow * slow;
    const bool exc_is_slow = c.series.excitatory_is_slow;
    return {state.y, decayed(state.exc, exc_is_slow ? slow : fast), decayed(state.inh, exc_is_slow ? fast : slow),
            state.t};
  }

  /// Only the leak acts on y.
  [[nodiscard]] static State decay_to_leak(const Constants& c, const State& state, const Real& h) {
    State end = advance_refractory(c, state, h);
    const Real x = h * c.rate_m;
    // The increment's form loses nothing at small x; the other one keeps the sign of y when y_leak is 0.
    end.y = x < Real(1) / 2 ? Real(state.y - (c.y_leak - state.y) * numerics::elementary::expm1(Real(-x)))
                            : Real(c.y_leak + (state.y - c.y_leak) * numerics::elementary::exp(Real(-x)));
    return end;
  }

  /// Where y would rest if the conductances stayed as they are.
  [[nodiscard]] static Real stationary(const Constants& c, const State& state) {
    const Real ge = c.resistance * state.exc;
    const Real gi = c.resistance * state.inh;
    return (c.y_leak + ge * c.y_exc + gi * c.y_inh) / (Real(1) + ge + gi);
  }

  /// M(h) - M(s): the integral of the total conductance over [s, h], over cm.
  [[nodiscard]] static Real memory(const Constants& c, const State& state, const Real& s, const Real& h) {
    const Real left = h - s;
    return left * c.rate_m -
           c.resistance * (state.exc * c.tau_exc * c.rate_m * numerics::elementary::exp(Real(-s * c.rate_exc)) *
                               numerics::elementary::expm1(Real(-left * c.rate_exc)) +
                           state.inh * c.tau_inh * c.rate_m * numerics::elementary::exp(Real(-s * c.rate_inh)) *
                               numerics::elementary::expm1(Real(-left * c.rate_inh)));
  }

  /// The part of [0, h] whose influence on y(h), e^{-(M(h)-M(s))}, is below the last bit: what y was at its end does
  /// not matter. This bounds the number of steps: less than 4 log(1/epsilon) is left of M.
  [[nodiscard]] static Real forgotten_part(const Constants& c, const State& state, const Real& h) {
    const Real enough = (std::numeric_limits<Real>::digits + 12) * (Real(7) / 10);  // > log 2
    if (state.exc < Real(0) || state.inh < Real(0)) {
      return Real(0);  // conductances below 0 are no physical ones; M need not be monotone
    }
    Real s(0);
    State there = state;
    // M(h) - M(s) is convex and falls with s: Newton's method approaches the aim from the left and never passes it.
    for (Real left = memory(c, state, s, h); left > 4 * enough; left = memory(c, state, s, h)) {
      const Real slope = (Real(1) + c.resistance * (there.exc + there.inh)) * c.rate_m;
      s += (left - 2 * enough) / slope;
      there = advance_refractory(c, state, s);
    }
    return s;
  }

  template <std::size_t... level>
  [[nodiscard]] static Transfer<Real> transfer_at_level(std::size_t wanted, const Constants& c, const Real& exc,
                                                        const Real& inh, const Real& h,
                                                        std::index_sequence<level...> /*all*/) {
    Transfer<Real> found{};
    ((level == wanted ? void(found = quadrature<kQuadratureLevels[level].nodes>(c, exc, inh, h)) : void()), ...);
    return found;
  }

  /// The state `h` later by one Taylor series.
  [[nodiscard]] static State series(const Constants& c, const State& state, const Real& h, const Load& load) {
    State end = advance_refractory(c, state, h);
    // A synapse that is too fast for the series is one that does not matter.
    const bool exc = c.rate_exc <= load.rate;
    const bool inh = c.rate_inh <= load.rate;
    end.y += ConductanceSeries<Real>::increment(
        {h * c.rate_m, exc ? Real(h * c.rate_exc) : Real(0), inh ? Real(h * c.rate_inh) : Real(0),
         exc ? Real(c.resistance * state.exc) : Real(0), inh ? Real(c.resistance * state.inh) : Real(0),
         c.y_leak - state.y, c.y_exc - state.y, c.y_inh - state.y});
    return end;
  }
};

}  // namespace va_event::neurons
