// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "numerics/elementary.hpp"

namespace va_event::numerics {

/// The sum of a constant and two decaying exponentials, and where it is positive. Such a sum is the drive at threshold
/// of neurons with exponential synapses: while it is not positive no spike is possible, which settles most intervals
/// without a value of the potential.

/// A part of [0, h] on which the drive at threshold keeps its sign.
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
/// Three exponentials (one with rate 0) have at most two zeros (Descartes' rule for exponential sums), so [0, h]
/// falls into at most three pieces.
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

  /// dF/dt [mV/ms]
  [[nodiscard]] Real derivative(const Real& t) const {
    return -(first * rate_first * elementary::exp(Real(-t * rate_first)) +
             second * rate_second * elementary::exp(Real(-t * rate_second)));
  }

  /// A bound of F(t) from above for every t >= 0 [mV], without an exponential: with both terms positive that is F(0); a
  /// positive term that decays no slower than a negative one leaves at most e^{-rate t} times their sum; else the
  /// positive term bounds it.
  [[nodiscard]] Real upper_bound() const {
    const Real& slow = rate_first >= rate_second ? second : first;
    const Real sum = first + second;
    const Real larger = slow > sum ? slow : sum;
    return constant + (larger > Real(0) ? larger : Real(0));
  }

  /// The pieces of [0, h], in order, adjacent, their signs alternating. Zeros are found to the last bit of the
  /// computed F. @param h [ms], >= 0, finite
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
  /// The only zero of F' [ms]; 0 when there is none at t > 0.
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

  /// The zero of F between `low` and `high`, where F is monotone and its signs at the two ends differ. Newton's method;
  /// where that leaves the bracket, or has not settled after kNewtonSteps, the bracket is halved, so that it ends.
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
