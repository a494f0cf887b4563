// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "neurons/crossing.hpp"
#include "neurons/safe_interval.hpp"
#include "neurons/sinusoid/driven_if_cond_exp.hpp"
#include "neurons/sinusoid/sinusoid.hpp"
#include "neurons/state.hpp"

namespace va_event::neurons {

/// Neurons with sinusoidal currents: their equations (DrivenKernel), and when the drive at threshold is positive
/// (Drive). A sinusoid has no step: its part of v is a closed form, for current-based neurons, or an integral whose
/// cost does not depend on the frequency (driven_if_cond_exp.hpp).

/// A neuron that gets sinusoidal currents beside all that `Kernel` describes. The same functions as those of a kernel,
/// but that the time of a state matters: phases follow from state.t.
template <class Kernel, class Real>
struct DrivenKernel {
  using State = typename Kernel::State;
  /// Largest error of y after `advance`, in units of epsilon * scale, when time itself is exact: as without sinusoids.
  static constexpr double kMaxAdvanceError = 8.0;

  /// Constants of one neuron: sinusoids are rarely shared.
  struct Constants {
    typename Kernel::Constants plain;  ///< of the neuron without sinusoids
    Sinusoids<Real> sines;
  };

  /// @param injected_current [nA], added to i_offset
  /// @param sources          may be empty
  /// @param epoch            number of the present one
  [[nodiscard]] static Constants prepare(const typename Kernel::Parameters& parameters, double injected_current,
                                         std::span<const SineSource> sources, std::int64_t epoch) {
    return {Kernel::prepare(parameters, injected_current),
            {sources, Real(Real(parameters.tau_m) / Real(parameters.cm)), Real(parameters.tau_m), epoch}};
  }

  /// The state `h` later without input, ignoring the threshold; `t` stays.
  /// @param h [ms], >= 0, any length within the epoch
  /// Error of y <= kMaxAdvanceError epsilon * scale.
  [[nodiscard]] static State advance(const Constants& c, const State& state, const Real& h) {
    if constexpr (kHasConductances) {
      return DrivenIfCondExp<Real>::advance(c.plain, c.sines, state, h);
    } else {
      State end = Kernel::advance(c.plain, state, h);
      end.y += c.sines.leaky_response(state.t, h, c.plain.rate_m);
      return end;
    }
  }
  /// The state at `t`, not before state.t; its t is `t`.
  [[nodiscard]] static State state_at(const Constants& c, const State& state, const Real& t) {
    State there = advance(c, state, t - state.t);
    there.t = t;
    return there;
  }
  /// The same of a refractory neuron: y is kRefractory.
  [[nodiscard]] static State refractory_at(const Constants& c, const State& state, const Real& t) {
    State there = Kernel::advance_refractory(c.plain, state, t - state.t);
    there.y = Real(kRefractory);
    there.t = t;
    return there;
  }

  /// dv/dt [mV/ms]
  [[nodiscard]] static Real slope(const Constants& c, const State& state) {
    return Kernel::slope(c.plain, state) + c.sines.value(state.t) * c.plain.rate_m;
  }

  /// Size of the potentials that rounding errors are relative to [mV].
  [[nodiscard]] static Real scale(const Constants& c, const State& state) {
    return Kernel::scale(c.plain, state) + c.sines.reach;
  }

  /// A proven time without a crossing, by two bounds, the longer of which holds: sinusoids add at most their sizes to
  /// the drive, and move v by at most their reach. For the second one v is the neuron's without sinusoids, whose
  /// distance to threshold is less by the reach; F of that neuron at a potential closer by the reach is more by reach
  /// times conductance. It is what makes a look in each period of a fast sinusoid unnecessary.
  [[nodiscard]] static SafeInterval<Real> safe_interval(const Constants& c, const State& state) {
    const Real drive = Kernel::drive_at_threshold(c.plain, state).upper_bound();
    Real conductance(1);
    if constexpr (kHasConductances) {
      conductance += c.plain.resistance * (magnitude(state.exc) + magnitude(state.inh));
    }
    const Real size = scale(c, state);
    const auto by_drive =
        neurons::safe_interval(Real(-state.y), Real(drive + c.sines.drive), conductance, c.plain.tau_m, size);
    if (by_drive.by_sign) {
      return by_drive;
    }
    const Real& reach = c.sines.reach;
    const auto by_reach = neurons::safe_interval(Real(-state.y - reach), Real(drive + reach * conductance), conductance,
                                                 c.plain.tau_m, size);
    return by_reach.duration > by_drive.duration ? by_reach : by_drive;
  }

 private:
  static constexpr bool kHasConductances = requires(const typename Kernel::Constants& c) { c.y_exc; };
};

/// A piece of time on which the drive at threshold keeps its sign, from a given beginning.
template <class Real>
struct DrivenPiece {
  bool positive;
  Real end;  ///< in the present epoch [ms]
};

/// The drive at threshold of a driven neuron: a known function of time, F(t) = constant + two exponentials + sinusoids.
/// From below the threshold can be crossed only while it is positive, and at most once on each such piece
/// (crossing.hpp), so that v at the ends of these pieces decides; but now there may be any number of them.
template <class Kernel, class Real>
class Drive {
 public:
  using Driven = DrivenKernel<Kernel, Real>;

  /// @param constants must outlive this
  /// @param record the neuron's state at its last event; from then on the drive is known
  Drive(const typename Driven::Constants& constants, const typename Driven::State& record)
      : sines_(constants.sines), drive_(Kernel::drive_at_threshold(constants.plain, record)), origin_(record.t) {
    const double rate_exc(drive_.rate_first), rate_inh(drive_.rate_second);
    double change = std::fabs(static_cast<double>(drive_.first)) * rate_exc +
                    std::fabs(static_cast<double>(drive_.second)) * rate_inh;
    for (const Sinusoid<Real>& one : sines_.each) {
      const double size = std::fabs(static_cast<double>(one.size)), omega(one.omega);
      change += size * omega;
      curvature_ += size * omega * omega;
    }
    constant_ = !(change > 0.0);
    const auto epsilon = static_cast<double>(std::numeric_limits<Real>::epsilon());
    const double finest = 8.0 * epsilon * kEpoch;
    const double invisible = constant_ ? finest
                                       : std::sqrt(epsilon * static_cast<double>(Driven::scale(constants, record)) *
                                                   static_cast<double>(constants.plain.tau_m) / (4.0 * change));
    resolution_ = invisible > finest ? invisible : finest;
  }

  /// How far beside a zero of F v is the same but for rounding [ms]: with |F'| <= change, v - v_thresh differs by at
  /// most change d^2/(2 tau_m) in the time d beside a zero, an eighth of epsilon times the scale for this d. At least a
  /// few last bits of a time.
  [[nodiscard]] const Real& resolution() const noexcept { return resolution_; }

  /// F(t) [mV]
  [[nodiscard]] Real value(const Real& t) const { return at(t).value; }

  /// The piece that begins at `t`, or its part before `limit`. Its end is approached from the left, up to the
  /// resolution and never beyond: as far as F, its derivative and a bound on its second one prove the sign.
  [[nodiscard]] DrivenPiece<Real> piece(const Real& t, const Real& limit) const {
    Local here = at(t);
    const bool positive = here.value > Real(0);
    if (constant_) {
      return {positive, limit};
    }
    for (Real end = t;;) {
      const double step = sign_kept_for(here, positive);
      if (step < static_cast<double>(resolution_)) {
        return {positive, end};
      }
      if (!(Real(step) < limit - end)) {
        return {positive, limit};
      }
      end += Real(step);
      here = at(end);
    }
  }

 private:
  /// F at a time.
  struct Local {
    Real value;        ///< F [mV]
    Real slope;        ///< F' [mV/ms]
    double curvature;  ///< |F''| is at most this from here on [mV/ms^2]
  };

  /// F at `t`, not before the record's time.
  [[nodiscard]] Local at(const Real& t) const {
    const Real since = t - origin_;
    const Real exc = drive_.first * numerics::elementary::exp(Real(-since * drive_.rate_first));
    const Real inh = drive_.second * numerics::elementary::exp(Real(-since * drive_.rate_second));
    const Real fall_exc = exc * drive_.rate_first;
    const Real fall_inh = inh * drive_.rate_second;
    Local local{drive_.constant + exc + inh, -(fall_exc + fall_inh),
                curvature_ + std::fabs(static_cast<double>(fall_exc * drive_.rate_first)) +
                    std::fabs(static_cast<double>(fall_inh * drive_.rate_second))};
    for (const Sinusoid<Real>& one : sines_.each) {
      const numerics::SineCosine<Real> now = one.at(t);
      local.value += one.size * now.sine;
      local.slope += one.size * one.omega * now.cosine;
    }
    return local;
  }

  /// How long F certainly keeps its sign [ms]: the smallest s > 0 with |F| + slope s - curvature s^2/2 = 0, slope being
  /// that of |F|, and a little less; by the form of the root that does not cancel.
  [[nodiscard]] static double sign_kept_for(const Local& here, bool positive) {
    const auto value = static_cast<double>(positive ? here.value : Real(-here.value));
    const auto slope = static_cast<double>(positive ? here.slope : Real(-here.slope));
    if (!(value > 0.0)) {
      return 0.0;
    }
    const double root = std::sqrt(slope * slope + 2.0 * here.curvature * value);
    if (slope > 0.0) {
      return here.curvature > 0.0 ? kAlmost * (slope + root) / here.curvature : std::numeric_limits<double>::infinity();
    }
    return kAlmost * 2.0 * value / (root - slope);
  }

  static constexpr double kAlmost = 1.0 - 0x1p-30;  ///< covers the roundings of the step

  const Sinusoids<Real>& sines_;
  numerics::ExponentialSum<Real> drive_;
  Real origin_;             ///< time of the record [ms]
  double curvature_ = 0.0;  ///< what the sinusoids can add to |F''| [mV/ms^2]
  bool constant_;           ///< F does not change
  Real resolution_;         ///< [ms]
};

}  // namespace va_event::neurons
