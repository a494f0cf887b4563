// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>

#include "kernels/barrier.hpp"
#include "kernels/conductance_series.hpp"
#include "kernels/decay_series.hpp"
#include "kernels/elementary.hpp"
#include "kernels/gauss_legendre.hpp"
#include "kernels/safe_interval.hpp"
#include "kernels/state.hpp"
#include "kernels/state_rows.hpp"
#include "va_event/cell_types.hpp"

namespace va_event::kernels {

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

/// Solution of IF_cond_exp by variation of constants; the one integral that has no elementary form is taken by
/// Gauss-Legendre quadrature to full precision, or, where one synaptic time constant is once or twice the other, by a
/// power series (decay_series.hpp). Types wider than double take a Taylor series instead
/// (conductance_series.hpp). The synaptic variables are conductances [uS].
///
/// Rejected: incomplete gamma functions, the textbook closed form, lose digits exponentially with the conductance.
template <class Real>
struct IfCondExpKernel : StateRows<IfCondExpKernel<Real>, Real> {
  /// Largest error of y after `advance`, in units of epsilon() * scale(constants, state).
  static constexpr double kMaxAdvanceError = 8.0;
  /// An input changes a conductance, never v itself.
  static constexpr bool kInputsMoveV = false;

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
  };

  [[nodiscard]] static const CellModel& model() { return IfCondExp::model(); }

  /// @param parameters       in the order of model().parameters
  /// @param injected_current [nA], added to i_offset
  [[nodiscard]] static Constants prepare(std::span<const double> parameters, double injected_current) {
    const Real v_rest(parameters[0]), cm(parameters[1]), tau_m(parameters[2]), tau_refrac(parameters[3]);
    const Real tau_exc(parameters[4]), tau_inh(parameters[5]), e_rev_exc(parameters[6]), e_rev_inh(parameters[7]);
    const Real v_thresh(parameters[8]), v_reset(parameters[9]), i_offset(parameters[10]);
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
            kIsDouble ? decay_series::shape_of(parameters[2], parameters[4], parameters[5]) : decay_series::Shape{}};
  }

  /// @param variables in the order of model().variables
  [[nodiscard]] static State<Real> make_state(const Constants& constants, std::span<const double> variables) {
    return {Real(variables[0]) - constants.v_thresh, Real(variables[1]), Real(variables[2]), Real(0)};
  }

  /// The state `h` later without input, ignoring the threshold; `t` stays.
  /// @param h [ms], >= 0; any length: the number of steps is bounded, whatever h and the conductances are
  /// Error of y <= kMaxAdvanceError epsilon * scale.
  [[nodiscard]] static State<Real> advance(const Constants& constants, const State<Real>& state, const Real& h) {
    if constexpr (kIsDouble) {
      if (constants.series.ratio != 0) {
        const double load = series_load(constants, state, h);
        if (load < decay_series::kLoadLimit) {
          return advance_by_series(constants, state, h, decay_series::order_for(load));
        }
      }
    }
    State<Real> now = state;
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
          return step_at_level(constants, now, rest, level, std::make_index_sequence<kQuadratureLevels.size()>{});
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
        now = quadrature<kQuadratureLevels.back().nodes>(constants, now, part);
      }
      rest -= part;
    }
  }

  /// The same while v is held at v_reset: only the synaptic variables change.
  [[nodiscard]] static State<Real> advance_refractory(const Constants& constants, const State<Real>& state,
                                                      const Real& h) {
    return {state.y, decayed(state.exc, elementary::exp(Real(-h * constants.rate_exc))),
            decayed(state.inh, elementary::exp(Real(-h * constants.rate_inh))), state.t};
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
    return {constants.y_leak, constants.resistance * state.exc * constants.y_exc,
            constants.resistance * state.inh * constants.y_inh, constants.rate_exc, constants.rate_inh};
  }

  /// dv/dt [mV/ms]
  [[nodiscard]] static Real slope(const Constants& constants, const State<Real>& state) {
    return ((constants.y_leak - state.y) + constants.resistance * (state.exc * (constants.y_exc - state.y) +
                                                                   state.inh * (constants.y_inh - state.y))) *
           constants.rate_m;
  }

  /// Size of the potentials that rounding errors are relative to [mV].
  [[nodiscard]] static Real scale(const Constants& constants, const State<Real>& state) {
    return magnitude(state.y) + constants.potentials;
  }

  [[nodiscard]] static SafeInterval<Real> safe_interval(const Constants& constants, const State<Real>& state) {
    const Real conductance = Real(1) + constants.resistance * (magnitude(state.exc) + magnitude(state.inh));
    return kernels::safe_interval(Real(-state.y), barrier(constants, state).upper_bound(), conductance, constants.tau_m,
                                  scale(constants, state));
  }

  /// What decides whether and how a power series takes the interval h (decay_series.hpp).
  [[nodiscard]] static double series_load(const Constants& c, const State<double>& state, double h) {
    const double conductance = 1.0 + c.resistance * (magnitude(state.exc) + magnitude(state.inh));
    return decay_series::load_of(c.series, c.rate_m, conductance, h);
  }

  /// The state `h` later by power series of order `order` (of decay_series::kOrders).
  [[nodiscard]] static State<double> advance_by_series(const Constants& c, const State<double>& state, double h,
                                                       std::size_t order) {
    return with_order(order, [&]<std::size_t k>(std::integral_constant<std::size_t, k>) {
      constexpr decay_series::Order kOrder = decay_series::kOrders[k];
      return c.series.ratio == 1 ? series_steps<kOrder.terms, kOrder.steps, 1>(c, state, h)
                                 : series_steps<kOrder.terms, kOrder.steps, 2>(c, state, h);
    });
  }

  /// The level of the quadrature by which a neuron without a power series takes the interval h in one step;
  /// kQuadratureLevels.size() when it does not.
  [[nodiscard]] static std::size_t quadrature_level(const Constants& c, const State<double>& state, double h) {
    const Load load = load_of(c, state, h);
    return load.leak_only ? kQuadratureLevels.size() : level_for(load.conductance * h * c.rate_m, h * load.rate);
  }

  /// The state `h` later by one quadrature with kCount nodes, however many it needed. `advance` decides that.
  ///   y(h) = y0 + (h/tau_m) sum_k w_k e^{-(M(h)-M(s_k))} [(y_leak - y0) + ge(s_k)(y_exc - y0) + gi(s_k)(y_inh - y0)].
  /// The nodes are symmetric, so 1 - e^{-(h-s_k)/tau}, which M(h) - M(s_k) needs without cancellation, is a value that
  /// the mirrored node has computed already.
  template <std::size_t kCount>
  [[nodiscard]] static State<Real> quadrature(const Constants& c, const State<Real>& state, const Real& h) {
    const GaussLegendre<Real, kCount>& rule = gauss_legendre<Real, kCount>();
    const Real x = h * c.rate_m;
    const Real h_exc = h * c.rate_exc;
    const Real h_inh = h * c.rate_inh;
    // Plain loops over arrays, because compilers turn them into vector instructions.
    std::array<Real, 2 * kCount> decay;  // e^{-s_k/tau} - 1, first excitatory, then inhibitory
    for (std::size_t k = 0; k < kCount; ++k) {
      decay[k] = -h_exc * rule.node[k];
      decay[kCount + k] = -h_inh * rule.node[k];
    }
    for (std::size_t k = 0; k < 2 * kCount; ++k) {
      decay[k] = elementary::expm1(decay[k]);
    }
    const Real ge = c.resistance * state.exc;
    const Real gi = c.resistance * state.inh;
    const Real memory_exc = ge * c.tau_exc * c.rate_m;
    const Real memory_inh = gi * c.tau_inh * c.rate_m;
    std::array<Real, kCount + 2> factor;
    for (std::size_t k = 0; k < kCount; ++k) {
      const std::size_t mirror = kCount - 1 - k;
      factor[k] = memory_exc * ((1 + decay[k]) * decay[mirror]) +
                  memory_inh * ((1 + decay[kCount + k]) * decay[kCount + mirror]) - x * rule.node[mirror];
    }
    factor[kCount] = -h_exc;
    factor[kCount + 1] = -h_inh;
    for (std::size_t k = 0; k < kCount + 2; ++k) {
      factor[k] = elementary::exp(factor[k]);
    }
    const Real leak = c.y_leak - state.y;
    const Real exc = ge * (c.y_exc - state.y);
    const Real inh = gi * (c.y_inh - state.y);
    Real sum(0);
    for (std::size_t k = 0; k < kCount; ++k) {
      sum += rule.weight[k] * factor[k] * (leak + exc * (1 + decay[k]) + inh * (1 + decay[kCount + k]));
    }
    return {state.y + x * sum, decayed(state.exc, factor[kCount]), decayed(state.inh, factor[kCount + 1]), state.t};
  }

 private:
  static constexpr bool kIsDouble = std::is_same_v<Real, double>;
  /// Exponentials of wider types are too slow for quadrature.
  static constexpr bool kUsesSeries = !kIsDouble;
  /// The longest step, in the two numbers of QuadratureLevel.
  static constexpr double kMaxX = kUsesSeries ? ConductanceSeries<Real>::kMaxX : kQuadratureLevels.back().max_x;
  static constexpr double kMaxZ = kUsesSeries ? ConductanceSeries<Real>::kMaxZ : kQuadratureLevels.back().max_z;

  /// What decides how an interval is integrated.
  struct Load {
    Real conductance;  ///< 1 + |ge| + |gi|, in units of the leak
    Real rate;         ///< of the fastest synapse that matters [1/ms]
    bool leak_only;    ///< neither synapse moves y by a rounding error
  };

  [[nodiscard]] static Load load_of(const Constants& c, const State<Real>& state, const Real& h) {
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

  /// The cheapest level that is enough; kQuadratureLevels.size() when none is.
  [[nodiscard]] static std::size_t level_for(double x, double z) {
    std::size_t level = 0;
    while (level < kQuadratureLevels.size() &&
           !(x <= kQuadratureLevels[level].max_x && z <= kQuadratureLevels[level].max_z)) {
      ++level;
    }
    return level;
  }

  /// Only the leak acts on y.
  [[nodiscard]] static State<Real> decay_to_leak(const Constants& c, const State<Real>& state, const Real& h) {
    State<Real> end = advance_refractory(c, state, h);
    const Real x = h * c.rate_m;
    // The increment's form loses nothing at small x; the other one keeps the sign of y when y_leak is 0.
    end.y = x < Real(1) / 2 ? Real(state.y - (c.y_leak - state.y) * elementary::expm1(Real(-x)))
                            : Real(c.y_leak + (state.y - c.y_leak) * elementary::exp(Real(-x)));
    return end;
  }

  /// Where y would rest if the conductances stayed as they are.
  [[nodiscard]] static Real stationary(const Constants& c, const State<Real>& state) {
    const Real ge = c.resistance * state.exc;
    const Real gi = c.resistance * state.inh;
    return (c.y_leak + ge * c.y_exc + gi * c.y_inh) / (Real(1) + ge + gi);
  }

  /// M(h) - M(s): the integral of the total conductance over [s, h], over cm.
  [[nodiscard]] static Real memory(const Constants& c, const State<Real>& state, const Real& s, const Real& h) {
    const Real left = h - s;
    return left * c.rate_m - c.resistance * (state.exc * c.tau_exc * c.rate_m * elementary::exp(Real(-s * c.rate_exc)) *
                                                 elementary::expm1(Real(-left * c.rate_exc)) +
                                             state.inh * c.tau_inh * c.rate_m * elementary::exp(Real(-s * c.rate_inh)) *
                                                 elementary::expm1(Real(-left * c.rate_inh)));
  }

  /// The part of [0, h] whose influence on y(h), e^{-(M(h)-M(s))}, is below the last bit: what y was at its end does
  /// not matter. This bounds the number of steps: less than 4 log(1/epsilon) is left of M.
  [[nodiscard]] static Real forgotten_part(const Constants& c, const State<Real>& state, const Real& h) {
    const Real enough = (std::numeric_limits<Real>::digits + 12) * (Real(7) / 10);  // > log 2
    if (state.exc < Real(0) || state.inh < Real(0)) {
      return Real(0);  // conductances below 0 are no physical ones; M need not be monotone
    }
    Real s(0);
    State<Real> there = state;
    // M(h) - M(s) is convex and falls with s: Newton's method approaches the aim from the left and never passes it.
    for (Real left = memory(c, state, s, h); left > 4 * enough; left = memory(c, state, s, h)) {
      const Real slope = (Real(1) + c.resistance * (there.exc + there.inh)) * c.rate_m;
      s += (left - 2 * enough) / slope;
      there = advance_refractory(c, state, s);
    }
    return s;
  }

  template <std::size_t... level>
  [[nodiscard]] static State<Real> step_at_level(const Constants& constants, const State<Real>& state, const Real& h,
                                                 std::size_t wanted, std::index_sequence<level...> /*all*/) {
    State<Real> end{};
    ((level == wanted ? void(end = quadrature<kQuadratureLevels[level].nodes>(constants, state, h)) : void()), ...);
    return end;
  }

  template <class Function, std::size_t... k>
  [[nodiscard]] static State<double> with_order(std::size_t order, Function function,
                                                std::index_sequence<k...> /*all*/) {
    State<double> end{};
    ((k == order ? void(end = function(std::integral_constant<std::size_t, k>{})) : void()), ...);
    return end;
  }
  template <class Function>
  [[nodiscard]] static State<double> with_order(std::size_t order, Function function) {
    return with_order(order, function, std::make_index_sequence<decay_series::kOrders.size()>{});
  }

  template <int terms, int steps, int ratio>
  [[nodiscard]] static State<double> series_steps(const Constants& c, const State<double>& state, double h) {
    const bool exc_is_slow = c.series.excitatory_is_slow;
    const double x = elementary::expm1(-(h * (1.0 / steps)) * c.series.rate_slow);
    const double decay_slow = 1.0 + x;
    const double decay_fast = ratio == 2 ? decay_slow * decay_slow : decay_slow;
    const double y_slow = exc_is_slow ? c.y_exc : c.y_inh;
    const double y_fast = exc_is_slow ? c.y_inh : c.y_exc;
    double slow = exc_is_slow ? state.exc : state.inh;
    double fast = exc_is_slow ? state.inh : state.exc;
    double y = state.y;
    for (int step = 0; step < steps; ++step) {
      const double gs = c.resistance * slow;
      const double gf = c.resistance * fast;
      const decay_series::Start start{c.y_leak - y, gs * (y_slow - y), gf * (y_fast - y), gs, gf};
      y += decay_series::increment<terms, ratio>(c.series.kappa, start, x);
      slow = decayed(slow, decay_slow);
      fast = decayed(fast, decay_fast);
    }
    return {y, exc_is_slow ? slow : fast, exc_is_slow ? fast : slow, state.t};
  }

  /// The state `h` later by one Taylor series.
  [[nodiscard]] static State<Real> series(const Constants& c, const State<Real>& state, const Real& h,
                                          const Load& load) {
    State<Real> end = advance_refractory(c, state, h);
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

}  // namespace va_event::kernels
