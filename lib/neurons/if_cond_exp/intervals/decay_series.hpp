// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include "neurons/if_cond_exp/intervals/transfer.hpp"
#include "numerics/inverses.hpp"

/// IF_cond_exp where one synaptic time constant is one or two times the other, in doubles: a power series in
/// x = e^{-t/tau_slow}/r - 1, with which both conductances are polynomials:
///   (1 + x) dy/dx = -kappa [ L + S (1 + x) + F (1 + x)^n - y (1 + gs (1 + x) + gf (1 + x)^n) ],   y = 0 at x = 0,
/// kappa = tau_slow/tau_m, n = tau_slow/tau_fast, gs and gf the conductances at x = 0 in units of the leak, L, S and F
/// the drives at threshold of leak, slow and fast synapse there. With r = (1 + e^{-h/tau_slow})/2 the interval's ends
/// are x = X and x = -X, X = (1 - e^{-h/tau_slow})/(1 + e^{-h/tau_slow}): half as many terms as from one end, and the
/// sums of the even and the odd ones give both. With y = a_1 x + a_2 x^2 + ... and [k] = 1 if k = 0, else 0,
///   (k + 1) a_{k+1} = (kappa (1 + gs + gf) - k) a_k + kappa (gs + n gf) a_{k-1} + kappa (n - 1) gf a_{k-2}
///                     - kappa ([k] (L + S + F) + [k-1] (S + n F) + [k-2] (n - 1) F),
/// so a coefficient follows from the last three. Any other solution differs from this one, p, by a multiple of the
/// homogeneous solution, which has a closed form: y(h) = p(-X) + e^{-M(h)} (y(0) - p(X)).
///
/// The vector form of the same operations, bit for bit, is in formulas-inl.hpp; both fuse multiplications and
/// additions, where the processor cannot by software. Larger ratios would need longer recurrences; they are left to
/// quadrature.
namespace va_event::neurons::decay_series {

/// Whether and how the series applies to a neuron: from its time constants alone.
struct Shape {
  int ratio = 0;                    ///< n = tau_slow/tau_fast: 1 or 2; 0: the series does not apply
  bool excitatory_is_slow = false;  ///< else the inhibitory synapse is the slow one; also when they are equal
  double rate_slow = 0.0;           ///< 1/tau_slow [1/ms]
  double kappa = 0.0;               ///< tau_slow/tau_m
};

/// @param tau_m, tau_exc, tau_inh  [ms], > 0. The ratio has to be exact: 5 and 10.0000001 ms are for quadrature.
[[nodiscard]] inline Shape shape_of(double tau_m, double tau_exc, double tau_inh) {
  const double slow = tau_exc > tau_inh ? tau_exc : tau_inh;
  const double fast = tau_exc > tau_inh ? tau_inh : tau_exc;
  const int ratio = slow == fast ? 1 : slow == 2.0 * fast ? 2 : 0;
  return {ratio, tau_exc > tau_inh, 1.0 / slow, slow / tau_m};
}

/// The number of terms that an interval takes, and the loads for which it is enough.
struct Order {
  int terms;        ///< even: odd and even terms are summed apart
  double max_load;  ///< loads below this one
};

/// load = h/tau_slow + (1 + gs + gf) h/(4 tau_m), gs and gf at the start of the interval. Each order leaves at most
/// 1.2e-16 of the potentials' scale, whatever the shares of leak, excitation and inhibition are (decay_series_test.cpp
/// measures it). The weight 1/4 makes one number of the two on which the error depends; the limits are measured for the
/// worst shares. Loads beyond the last limit would take ever more terms, whose sum loses digits: they are divided.
inline constexpr std::array<Order, 9> kOrders = {{{8, 0.031},
                                                  {12, 0.160},
                                                  {16, 0.312},
                                                  {20, 0.453},
                                                  {24, 0.585},
                                                  {28, 0.715},
                                                  {32, 0.825},
                                                  {36, 0.930},
                                                  {40, 1.020}}};
/// Neighbouring orders differ by this many terms: a vector tests whether all its lanes are done after so many.
inline constexpr int kTermsPerBlock = 4;

/// @param rate_m  1/tau_m [1/ms] @param conductance  1 + gs + gf, in units of the leak @param h  [ms], >= 0
[[nodiscard]] inline double load_of(const Shape& shape, double rate_m, double conductance, double h) {
  return h * (shape.rate_slow + 0.25 * rate_m * conductance);
}

/// Loads from here on are not for one series.
inline constexpr double kLoadLimit = kOrders.back().max_load;

/// The cheapest order for a load below kLoadLimit.
[[nodiscard]] inline const Order& order_for(double load) {
  std::size_t k = 0;
  while (k + 1 < kOrders.size() && load >= kOrders[k].max_load) {
    ++k;
  }
  return kOrders[k];
}

/// Into how many equal parts an interval is divided, each of which is taken by a series of its own: a power of two; 0
/// when they would be too many. Conductances decay, so that no part has a larger load than the first one. More than
/// kMaxParts are left to steps (advance.hpp), which become longer as the conductances decay and leave out the beginning
/// that v forgets.
inline constexpr unsigned kMaxParts = 16;
[[nodiscard]] inline unsigned parts_for(double load) {
  unsigned parts = 1;
  while (!(load < parts * kLoadLimit) && parts <= kMaxParts) {
    parts *= 2;
  }
  return parts > kMaxParts ? 0 : parts;
}

/// The arguments of the series for one neuron, conductances at the start of the interval.
struct Start {
  double y_leak;  ///< [mV]
  double y_slow;  ///< reversal potential of the slow synapse, minus v_thresh [mV]
  double y_fast;  ///< of the fast one
  double gs;      ///< conductance of the slow synapse, in units of the leak
  double gf;      ///< of the fast one
};

/// What the interval h does to y. @param h  [ms], of a load below kLoadLimit @param order  order_for() that load
[[nodiscard]] Transfer<double> transfer(const Shape& shape, double rate_m, const Start& start, double h,
                                        const Order& order);

}  // namespace va_event::neurons::decay_series
