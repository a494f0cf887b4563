// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <limits>

#include "neurons/if_cond_exp/constants.hpp"
#include "neurons/if_cond_exp/intervals/conductances.hpp"
#include "neurons/state.hpp"

namespace va_event::neurons {

/// The method for wider types: a Taylor series in time, whose terms are multiplications, while one exponential of such
/// a type takes as long as some dozens of them.

/// One step of IF_cond_exp, in units of its length h and of the leak; potentials as distances from the start.
template <class Real>
struct ConductanceStep {
  Real x;      ///< h/tau_m
  Real z_exc;  ///< h/tau_syn_E
  Real z_inh;  ///< h/tau_syn_I
  Real ge;     ///< excitatory conductance at the start, in units of the leak
  Real gi;     ///< the inhibitory one
  Real leak;   ///< y_leak - y0 [mV]
  Real exc;    ///< y_exc - y0 [mV]
  Real inh;    ///< y_inh - y0 [mV]
};

/// y(h) - y0 by the Taylor series around the start: for number types whose exponentials cost more than a series of
/// multiplications. With w(s) = y(s h) - y0 = sum w_k s^k and the conductances' own series G_k,
///   (k+1) w_{k+1} = x (D_k - w_k - sum_{j<k} G_j w_{k-j}),  D_k = [k=0] leak + ge_k exc + gi_k inh.
///
/// How many terms: |w_k| is at most the largest of the three distances times the coefficients b_k of
/// exp(X (e^{zs} - 1)/z), X = x (1 + |ge| + |gi|), z = max(z_exc, z_inh), which has the same recurrence without signs.
/// For X >= z they are log-concave (Bender & Canfield 1996, J. Comb. Theory A 74:57-70), so that their tail is below a
/// geometric series: the bound is rigorous and costs some hundred operations of a double.
///
/// Terms whose sum is below 2^kNarrowBits last bits of the result are computed in double, those before in Real.
template <class Real>
class ConductanceSeries {
 public:
  static constexpr double kMaxX = 1.0;  ///< of X; the terms of longer steps grow before they fall, and digits are lost
  static constexpr double kMaxZ = 0.5;  ///< of z

  /// y(h) - y0 [mV]; the increment loses no digits where v hardly moves. The terms are added from the smallest one on.
  /// @param step with X <= kMaxX and z <= kMaxZ
  [[nodiscard]] static Real increment(const ConductanceStep<Real>& step) {
    const Length length = length_of(step);
    Terms<Real> wide;
    wide.start(step.x * step.ge, step.x * step.gi, step.x, step.x * step.leak, step.exc, step.inh);
    std::size_t k = 1;
    for (; k < length.wide; ++k) {
      wide.next(k, -step.z_exc, -step.z_inh, step.exc, step.inh, reciprocals());
    }
    Terms<double> narrow(wide, k);
    const auto z_exc = static_cast<double>(step.z_exc);
    const auto z_inh = static_cast<double>(step.z_inh);
    const auto exc = static_cast<double>(step.exc);
    const auto inh = static_cast<double>(step.inh);
    for (; k < length.total; ++k) {
      narrow.next(k, -z_exc, -z_inh, exc, inh, narrow_reciprocals());
    }
    double rest = 0.0;
    for (; k > length.wide; --k) {
      rest += narrow.w[k];
    }
    Real sum(rest);
    for (; k > 0; --k) {
      sum += wide.w[k];
    }
    return sum;
  }

 private:
  static constexpr int kDigits = std::numeric_limits<Real>::digits;
  static constexpr std::size_t kMaxTerms = static_cast<std::size_t>(kDigits) / 2 + 16;  ///< for kMaxX and kMaxZ
  static constexpr int kNarrowBits = 42;  ///< the 53 of a double less what a hundred rounded terms may lose

  /// One number per term.
  template <class Number>
  using Record = std::array<Number, kMaxTerms + 2>;

  /// How many terms a step takes.
  struct Length {
    std::size_t wide;   ///< the terms up to this one are computed in Real
    std::size_t total;  ///< and those up to this one are computed at all
  };

  /// The recurrence on one number type.
  template <class Number>
  struct Terms {
    Number exc, inh;   ///< x ge_k and x gi_k of the present k
    Record<Number> f;  ///< x ([k=0] + ge_k + gi_k), without unit
    Record<Number> w;  ///< from 1 [mV]

    Terms() = default;
    /// Continues `other`, whose terms up to w[k] are known.
    template <class Other>
    Terms(const Other& other, std::size_t k)
        : exc(static_cast<Number>(other.exc)), inh(static_cast<Number>(other.inh)) {
      for (std::size_t j = 0; j < k; ++j) {
        f[j] = static_cast<Number>(other.f[j]);
        w[j + 1] = static_cast<Number>(other.w[j + 1]);
      }
    }

    /// The terms of order 0 of the conductances, and w[1]. @param drive  x leak, the leak's part of w[1] [mV]
    void start(const Number& exc_0, const Number& inh_0, const Number& leak_0, const Number& drive, const Number& y_exc,
               const Number& y_inh) {
      exc = exc_0;
      inh = inh_0;
      f[0] = leak_0 + exc + inh;
      w[1] = drive + exc * y_exc + inh * y_inh;
    }

    /// f[k] and w[k + 1]; k operations, so that a series costs the square of its number of terms.
    void next(std::size_t k, const Number& minus_z_exc, const Number& minus_z_inh, const Number& y_exc,
              const Number& y_inh, const Record<Number>& reciprocal) {
      exc *= minus_z_exc * reciprocal[k];
      inh *= minus_z_inh * reciprocal[k];
      f[k] = exc + inh;
      Number sum = exc * y_exc + inh * y_inh;
      for (std::size_t j = 0; j < k; ++j) {
        sum -= f[j] * w[k - j];
      }
      w[k + 1] = sum * reciprocal[k + 1];
    }
  };

  /// The numbers of terms, from the coefficients b_k of the majorant: the terms after b_k, which fall at least as fast
  /// as b_{k+1}/b_k once they fall, add up to less than b_{k+1}/(1 - b_{k+1}/b_k). A tail below 2^-(digits + 4) of the
  /// largest distance ends the series; one below 2^kNarrowBits times that is left to doubles.
  [[nodiscard]] static Length length_of(const ConductanceStep<Real>& step) {
    const double z = std::max(static_cast<double>(step.z_exc), static_cast<double>(step.z_inh));
    const double x = std::max(z, static_cast<double>(Real(step.x * (1 + magnitude(step.ge) + magnitude(step.gi)))));
    const Record<double>& reciprocal = narrow_reciprocals();
    Record<double> power;  // x z^j/j!
    Record<double> b;
    power[0] = x;
    b[0] = 1.0;
    b[1] = x;
    const double wanted = std::ldexp(1.0, -kDigits - 4);
    Length length{0, 0};
    for (std::size_t k = 1; k < kMaxTerms; ++k) {
      power[k] = power[k - 1] * z * reciprocal[k];
      double sum = 0.0;
      for (std::size_t j = 0; j <= k; ++j) {
        sum += power[j] * b[k - j];
      }
      b[k + 1] = sum * reciprocal[k + 1];
      if (!(b[k + 1] < b[k])) {
        continue;
      }
      const double tail = b[k + 1] * b[k] / (b[k] - b[k + 1]);  // of all terms after b_k
      if (length.wide == 0 && tail < std::ldexp(wanted, kNarrowBits)) {
        length.wide = k;
      }
      if (tail < wanted) {
        length.total = k;
        return length;
      }
    }
    assert(false && "a step beyond kMaxX or kMaxZ");
    return {kMaxTerms, kMaxTerms};
  }

  /// 1/k in both number types, computed at the first call: a division takes several times as long as a multiplication.
  [[nodiscard]] static const Record<Real>& reciprocals() {
    static const Record<Real> record = make_reciprocals<Real>();
    return record;
  }
  [[nodiscard]] static const Record<double>& narrow_reciprocals() {
    static const Record<double> record = make_reciprocals<double>();
    return record;
  }
  template <class Number>
  [[nodiscard]] static Record<Number> make_reciprocals() {
    Record<Number> record;
    for (std::size_t k = 0; k < record.size(); ++k) {
      record[k] = k == 0 ? Number(0) : Number(Number(1) / Number(k));
    }
    return record;
  }
};

namespace intervals {

/// The state `h` later by one Taylor series. @param h  [ms] @param load  load_of() the state and at least h, within
/// kMaxX and kMaxZ for h
template <class Real>
[[nodiscard]] State<Real> by_conductance_series(const IfCondExpConstants<Real>& c, const State<Real>& state,
                                                const Real& h, const Load<Real>& load) {
  State<Real> end = decay_conductances(c, state, h);
  // A synapse that is too fast for the series is one that does not matter.
  const bool exc = c.rate_exc <= load.rate;
  const bool inh = c.rate_inh <= load.rate;
  end.y += ConductanceSeries<Real>::increment(
      {h * c.rate_m, exc ? Real(h * c.rate_exc) : Real(0), inh ? Real(h * c.rate_inh) : Real(0),
       exc ? Real(c.resistance * state.exc) : Real(0), inh ? Real(c.resistance * state.inh) : Real(0),
       c.y_leak - state.y, c.y_exc - state.y, c.y_inh - state.y});
  return end;
}

}  // namespace intervals

}  // namespace va_event::neurons
