// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "numerics/elementary.hpp"

namespace va_event::numerics {

/// The sum of a constant and two decaying exponentials, and where it is positive. Such a sum is the drive at threshold
/// of neurons with exponential synapses: while it is not positive no spike is possible, which settles most intervals
/// without a value of the potential. The bounds here take no exponentials, because they stand on the path of every
/// look; only sign_pieces(), for the few intervals that the bounds leave open, does.

/// A part of [0, h] on which the sum keeps its sign.
template <class Real>
struct SignPiece {
  Real begin;     ///< [ms]
  Real end;       ///< [ms]
  bool positive;  ///< F > 0 inside: the threshold can be crossed upward; else only downward
};

/// The sign pieces of an interval: the first `count` elements of `piece`, in ascending order.
template <class Real>
struct SignPieces {
  std::array<SignPiece<Real>, 3> piece;
  int count = 0;
};

/// The drive at threshold of a neuron without input: F(t) = tau_m dv/dt at v = v_thresh
///   = constant + first e^{-t rate_first} + second e^{-t rate_second}.
/// Three exponentials (one with rate 0) have at most two zeros (Descartes' rule for exponential sums; Polya & Szego,
/// Problems and Theorems in Analysis II, part V, 77), so [0, h] falls into at most three pieces.
template <class Real>
struct ExponentialSum {
  Real constant;     ///< [mV]
  Real first;        ///< [mV]
  Real second;       ///< [mV]
  Real rate_first;   ///< [1/ms], > 0
  Real rate_second;  ///< [1/ms], > 0

  /// F(t) [mV]. @param t [ms], >= 0
  [[nodiscard]] Real value(const Real& t) const {
    return constant + first * elementary::exp(Real(-t * rate_first)) + second * elementary::exp(Real(-t * rate_second));
  }

  /// dF/dt at t [mV/ms]; two exponentials. @param t [ms], >= 0
  [[nodiscard]] Real derivative(const Real& t) const {
    return -(first * rate_first * elementary::exp(Real(-t * rate_first)) +
             second * rate_second * elementary::exp(Real(-t * rate_second)));
  }

  /// A bound of F(t) from above for every t >= 0 [mV], without an exponential. With both terms positive that is F(0).
  /// A positive term p that decays faster than a negative one n leaves at most (p + n) e^{-rate_p t}, since
  /// n e^{-rate_n t} <= n e^{-rate_p t}; so the larger of p + n and 0 bounds both. Where the positive term is the
  /// slower one, it bounds them itself. (At equal rates `second` counts as the slower one: a bound, if not always the
  /// least.)
  [[nodiscard]] Real upper_bound() const {
    const Real& slow = rate_first >= rate_second ? second : first;
    const Real sum = first + second;
    const Real larger = slow > sum ? slow : sum;
    return constant + (larger > Real(0) ? larger : Real(0));
  }

  /// How far the integral of F can have fallen, within the last `since`, since F was last >= 0, or since then where F
  /// was negative all the time: an upper bound of the integral of -F over [s, 0] for every s in [-since, 0] at which F
  /// was falling through a value <= 0. 0: F did not fall below 0. Without an exponential in most cases.
  ///
  /// F' is a sum of two exponentials and has at most one zero. So F, seen backwards from now, is in one of four cases:
  /// 1. F > 0 now and not rising: it fell from above, or rose and then fell; it never fell through a value <= 0.
  /// 2. -F' is above a positive number `falling` all the time: F was >= 0 earlier than -F(0)/falling ago, and -F has
  /// been
  ///    at most -F(0) since.
  /// 3. F > 0 now and rising: it fell before only if F' changed its sign, that is if -F' was positive at -since.
  /// 4. Else each term is taken at the end of [-since, 0] at which it is least.
  /// Rejected: the exact zero of F, which takes exponentials at each look that has passed a peak, and led to searches
  /// that found nothing.
  /// @param since  [ms], >= 0 @returns [mV ms], >= 0
  [[nodiscard]] Real loss_bound(const Real& since) const {
    const Real zero(0);
    const Real now = constant + (first + second);
    const Real rising = -(first * rate_first + second * rate_second);  // dF/dt now
    if (now > zero && !(rising > zero)) {
      return zero;  // case 1
    }
    // At least e^{rate since}, by which terms were larger then: e^x <= 1 + x + x^2 for 0 <= x <= 1.
    const auto growth = [&since](const Real& rate) {
      const Real x = since * rate;
      return x < Real(1) ? Real(Real(1) + x * (Real(1) + x)) : elementary::exp(x);
    };
    const Real first_growth = growth(rate_first);
    const Real second_growth = growth(rate_second);
    // A lower bound of -F' over [-since, 0]: a positive term falls at least as it does now, and a negative one rises at
    // most as it did at -since. (Case 2.)
    const auto down = [&zero](const Real& term, const Real& rate, const Real& larger) {
      return term > zero ? Real(term * rate) : Real(term * rate * larger);
    };
    const Real falling = down(first, rate_first, first_growth) + down(second, rate_second, second_growth);
    if (falling > zero) {  // F fell all the time, at least so steeply
      const Real longest = -now / falling;
      return now < zero ? Real(-now * (longest < since ? longest : since)) : zero;
    }
    if (now > zero) {  // case 3: an upper bound of -F' at -since, with e^x >= 1 + x for the negative terms
      const auto up = [&zero](const Real& term, const Real& rate, const Real& x, const Real& larger) {
        return term > zero ? Real(term * rate * larger) : Real(term * rate * (Real(1) + x));
      };
      if (!(up(first, rate_first, Real(since * rate_first), first_growth) +
                up(second, rate_second, Real(since * rate_second), second_growth) >
            zero)) {
        return zero;
      }
    }
    const auto least = [&zero](const Real& term, const Real& larger) {  // case 4
      return term < zero ? Real(term * larger) : term;
    };
    const Real lowest = constant + (least(first, first_growth) + least(second, second_growth));
    return lowest < zero ? Real(-lowest * since) : zero;
  }

  /// The pieces of [0, h], in order, adjacent, their signs alternating; together they are [0, h]. F is monotone before
  /// and after its extremum, so that the signs at three times show whether each part holds a zero, and brackets it.
  /// Zeros are found to the last bit of the computed F. @param h [ms], >= 0, finite
  [[nodiscard]] SignPieces<Real> sign_pieces(const Real& h) const {
    SignPieces<Real> pieces;
    Real begin(0);
    bool positive = value(begin) > Real(0);
    const auto monotone_part = [&](const Real& from, const Real& to) {
      if ((value(to) > Real(0)) != positive) {
        const Real zero = sign_change(from, to);
        pieces.piece[static_cast<std::size_t>(pieces.count++)] = {begin, zero, positive};
        begin = zero;
        positive = !positive;
      }
    };
    const Real extremum = time_of_extremum();
    if (extremum > Real(0) && extremum < h) {
      monotone_part(Real(0), extremum);
      monotone_part(extremum, h);
    } else {
      monotone_part(Real(0), h);
    }
    pieces.piece[static_cast<std::size_t>(pieces.count++)] = {begin, h, positive};
    return pieces;
  }

 private:
  /// The only zero of F' [ms], which exists for terms of opposite signs and different rates; else 0. It may be
  /// negative.
  [[nodiscard]] Real time_of_extremum() const {
    const Real zero(0);
    const bool opposite = (first > zero && second < zero) || (first < zero && second > zero);
    if (!opposite || rate_first == rate_second) {
      return zero;
    }
    // first rate_first e^{-t rate_first} = -second rate_second e^{-t rate_second}
    const Real ratio = -(first * rate_first) / (second * rate_second);
    return elementary::log(ratio) / Real(rate_first - rate_second);
  }

  /// The zero of F between `low` and `high`, where F is monotone and its signs at the two ends differ. Newton's method
  /// from `low`; where that leaves the bracket, or has not settled after kNewtonSteps, the bracket is halved, so that
  /// it ends. (Newton's method alone may leave through the flat side of an extremum; halving alone takes one
  /// exponential per bit.) The sequence depends on F and the bracket alone, so that equal states give equal bits.
  /// @returns [ms], in [low, high]
  [[nodiscard]] Real sign_change(Real low, Real high) const {
    constexpr int kNewtonSteps = 32;
    const bool positive_at_low = value(low) > Real(0);
    Real t = low;
    for (int step = 0;; ++step) {
      const Real f = value(t);
      if (f == Real(0)) {
        return t;
      }
      ((f > Real(0)) == positive_at_low ? low : high) = t;
      Real next = t - f / derivative(t);
      if (next == t) {
        return t;
      }
      if (step >= kNewtonSteps || !(next > low && next < high)) {
        next = low + (high - low) / 2;
        if (!(next > low && next < high)) {
          return high;
        }
      }
      t = next;
    }
  }
};

}  // namespace va_event::numerics
