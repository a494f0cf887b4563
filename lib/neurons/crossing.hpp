// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <optional>
#include <type_traits>

#include "neurons/state.hpp"
#include "numerics/exponential_sum.hpp"
#include "numerics/taylor_polynomial.hpp"

namespace va_event::neurons {

/// When v reaches the threshold, if no input comes. Between inputs y = v - v_thresh can cross 0 upward only where
/// tau_m dv/dt at threshold, the drive F(t), is positive, and at most once on each piece of time on which it is: at a
/// second crossing y would have come down through 0, where its slope F/tau_m is positive. F is known in closed form
/// (numerics::ExponentialSum), so no crossing is missed, however short v stays above the threshold; a test of v at the
/// interval's ends, or at steps, misses those. All times are in ms since the state in question, unless said otherwise.

namespace detail {

/// The crossing in [low, high], y(low) < 0 <= y(high), where F > 0 and the crossing therefore is unique. Newton's
/// method from the left, which never overshoots where y is concave; elsewhere, and after kNewtonSteps, the bracket is
/// halved, so that it ends after at most kNewtonSteps and as many steps as a bracket has bits. The sequence of values
/// follows from the arguments alone, so that equal states give equal bits.
/// @param scale   of the potentials [mV]
/// @param at      gives the Point (y and dy/dt) at a time
/// @param at_low  at(low)
/// @returns the time to the last bit of the computed y
template <class Real, class At>
[[nodiscard]] Real unique_crossing(const Real& scale, const At& at, const numerics::Point<Real>& at_low, Real low,
                                   Real high) {
  constexpr int kNewtonSteps = 48;
  // Below this distance Newton's steps may be rounding errors of y alone.
  const Real rounding = 64 * std::numeric_limits<Real>::epsilon() * scale;
  Real x = low;
  numerics::Point<Real> there = at_low;
  for (int step = 0;; ++step) {
    Real next = x - there.y / there.slope;
    if (next == x || there.y == Real(0)) {
      return x;
    }
    if (step >= kNewtonSteps || !(next > low && next < high)) {
      next = low + (high - low) / 2;
      if (!(next > low && next < high)) {
        return high;
      }
    }
    const Real distance = magnitude(there.y);
    const numerics::Point<Real> arrived = at(next);
    const Real new_distance = magnitude(arrived.y);
    if (distance <= rounding && new_distance >= distance / 2) {
      return new_distance < distance ? next : x;
    }
    (arrived.y < Real(0) ? low : high) = next;
    x = next;
    there = arrived;
  }
}

/// y and dy/dt of a state, which kernels give apart.
template <class Kernel>
[[nodiscard]] auto point_of(const typename Kernel::Constants& constants, const typename Kernel::State& state) {
  return numerics::Point<std::remove_cvref_t<decltype(state.y)>>{state.y, Kernel::slope(constants, state)};
}

}  // namespace detail

/// A crossing that is close, and what v reaches soon after it.
template <class Real>
struct NearCrossing {
  Real time;   ///< on the clock of `x` [ms]
  Real after;  ///< y, > 0, a moment later: v goes on rising at least to there [mV]
};

/// The crossing soon after `x`, where no crossing is before `x`: found without a search for the pieces of F, in the
/// plain case that F is certainly positive until a little later, and v is above threshold then. Otherwise nothing.
/// F(t) >= F(x) - fall (t - x), with fall the sum of the magnitudes of its terms' slopes at x, which only decay: so F
/// is positive until x + F(x)/fall. Where v is not above threshold at the end of that, the caller goes on otherwise.
/// @param at     gives the state at a time, on the clock of `x`
/// @param there  at(x), y < 0
/// @param x      [ms], on any clock @param h_max  on the same clock; crossings up to there are of interest
template <class Kernel, class Real, class At>
[[nodiscard]] std::optional<NearCrossing<Real>> near_crossing(const typename Kernel::Constants& constants, const At& at,
                                                              const typename Kernel::State& there, const Real& x,
                                                              const Real& h_max) {
  const numerics::ExponentialSum<Real> drive_later = Kernel::drive_at_threshold(constants, there);
  const Real drive = drive_later.constant + drive_later.first + drive_later.second;
  if (!(there.y < Real(0) && drive > Real(0))) {
    return std::nullopt;
  }
  // Twice as far as the drive needs to lift y to the threshold, and some microseconds more.
  const Real ahead = 2 * -there.y * constants.tau_m / drive + Real(1) / 128;
  const Real high = x + ahead;
  const Real fall =
      magnitude(drive_later.first) * drive_later.rate_first + magnitude(drive_later.second) * drive_later.rate_second;
  if (!(high < h_max && drive > fall * ahead)) {
    return std::nullopt;
  }
  const auto search = [&](const auto& point) -> std::optional<NearCrossing<Real>> {
    const Real y = point(high).y;
    if (!(y > Real(0))) {
      return std::nullopt;
    }
    return NearCrossing<Real>{detail::unique_crossing(Kernel::scale(constants, there), point, point(x), x, high), y};
  };
  if constexpr (requires { Kernel::Short::kTerms; }) {
    if (Kernel::Short::applies(constants, there, ahead)) {
      const typename Kernel::Short solution(constants, there);
      return search([&](const Real& time) { return solution.at(time - x); });
    }
  }
  return search([&](const Real& time) { return detail::point_of<Kernel>(constants, time == x ? there : at(time)); });
}

/// How far v was from v_thresh where it was decided whether there is a crossing: what a certificate reports as the
/// closest approach. Infinite: nothing was decided.
struct Approach {
  double distance = std::numeric_limits<double>::infinity();  ///< [mV]
  double time = std::numeric_limits<double>::infinity();      ///< since the state [ms]
};

/// The smallest x in [0, h_max] with v(x) >= v_thresh when no input arrives; touching counts. A function of its
/// arguments alone: the same state gives the same bits, however often it is evaluated.
///
/// From below, the threshold can be crossed only while the drive at threshold F is positive, and at most once on each
/// piece of that sign: so v at the end of each such piece says whether there is a crossing, and none is missed.
/// The time is found to the last bit of the computed v(x).
/// @param h_max [ms], >= 0, may be +inf
/// @param approach if not null: gets the least |v - v_thresh| at the ends of the pieces before h_max, or that at the
/// end
///                 of the piece with the crossing
/// @returns [ms] since the state; nothing: v stays below the threshold until h_max
template <class Kernel, class Real>
[[nodiscard]] std::optional<Real> first_crossing(const typename Kernel::Constants& constants,
                                                 const typename Kernel::State& state, Real h_max,
                                                 Approach* approach = nullptr) {
  if (state.y >= Real(0)) {
    return Real(0);
  }
  const numerics::ExponentialSum<Real> drive = Kernel::drive_at_threshold(constants, state);
  if (drive.upper_bound() <= Real(0)) {
    return std::nullopt;
  }
  const numerics::SignPieces<Real> pieces = drive.sign_pieces(h_max < constants.horizon ? h_max : constants.horizon);
  for (int i = 0; i < pieces.count; ++i) {
    const numerics::SignPiece<Real>& piece = pieces.piece[static_cast<std::size_t>(i)];
    if (!piece.positive) {
      continue;
    }
    const Real y = Kernel::advance(constants, state, piece.end).y;
    if (approach != nullptr && i + 1 < pieces.count) {  // at the end of the last piece nothing is decided yet
      const Approach made{static_cast<double>(magnitude(y)), static_cast<double>(piece.end)};
      *approach = made.distance < approach->distance || y >= Real(0) ? made : *approach;
    }
    if (y >= Real(0)) {
      const auto at = [&](const Real& x) {
        return detail::point_of<Kernel>(constants, Kernel::advance(constants, state, x));
      };
      const Real scale = Kernel::scale(constants, Kernel::advance(constants, state, piece.begin));
      return detail::unique_crossing(scale, at, at(piece.begin), piece.begin, piece.end);
    }
  }
  return std::nullopt;
}

}  // namespace va_event::neurons
