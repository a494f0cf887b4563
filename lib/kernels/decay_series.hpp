// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include "kernels/elementary.hpp"

/// IF_cond_exp where one synaptic time constant is one or two times the other, in doubles: a power series in
/// x = e^{-t/tau_slow} - 1, with which both conductances are polynomials:
///   (1 + x) du/dx = -kappa [ L + S (1 + x) + F (1 + x)^r - u (1 + gs (1 + x) + gf (1 + x)^r) ],   u = y - y(0),
/// kappa = tau_slow/tau_m, r = tau_slow/tau_fast, gs and gf the conductances in units of the leak, L, S and F the
/// drives at y(0) of leak, slow and fast synapse. One exponential for a whole step; the coefficients follow from the
/// last three. The vector form of the same operations, bit for bit, is in if_cond_exp_batch.cpp.
namespace va_event::kernels::decay_series {

/// Whether and how the series applies to a neuron.
struct Shape {
  int ratio = 0;  ///< tau_slow/tau_fast: 1 or 2; 0: the series does not apply
  bool excitatory_is_slow = false;
  double rate_slow = 0.0;  ///< 1/tau_slow [1/ms]
  double kappa = 0.0;      ///< tau_slow/tau_m
};

[[nodiscard]] inline Shape shape_of(double tau_m, double tau_exc, double tau_inh) {
  const double slow = tau_exc > tau_inh ? tau_exc : tau_inh;
  const double fast = tau_exc > tau_inh ? tau_inh : tau_exc;
  const int ratio = slow == fast ? 1 : slow == 2.0 * fast ? 2 : 0;
  return {ratio, tau_exc > tau_inh, 1.0 / slow, slow / tau_m};
}

/// How an interval is taken: in `steps` equal steps of `terms` terms each.
struct Order {
  int terms;
  int steps;
  double max_load;  ///< of a single step
};

/// load = h/tau_slow + (1 + gs + gf) h/(4 tau_m). Each order leaves at most 1.2e-16 of the potentials' scale in every
/// step, whatever the shares of leak, excitation and inhibition are (decay_series_test.cpp measures it).
inline constexpr std::array<Order, 8> kOrders = {{{10, 1, 0.0409},
                                                  {14, 1, 0.1284},
                                                  {18, 1, 0.2194},
                                                  {22, 1, 0.3083},
                                                  {28, 1, 0.4366},
                                                  {22, 2, 0.3083},
                                                  {28, 2, 0.4366},
                                                  {28, 4, 0.4366}}};
inline constexpr double kMaxLoad = kOrders.back().steps * kOrders.back().max_load;

[[nodiscard]] inline double load_of(const Shape& shape, double rate_m, double conductance, double h) {
  return h * (shape.rate_slow + 0.25 * rate_m * conductance);
}

namespace detail {

inline constexpr std::size_t kCells = 448;  // of equal width, up to kMaxLoad
inline constexpr double kCellsPerLoad = 256.0;

inline constexpr std::array<unsigned char, kCells> kOrderOfCell = [] {
  std::array<unsigned char, kCells> order{};
  for (std::size_t cell = 0; cell < kCells; ++cell) {
    std::size_t k = 0;
    while (k + 1 < kOrders.size() &&
           kOrders[k].steps * kOrders[k].max_load < (static_cast<double>(cell) + 1.0) / kCellsPerLoad) {
      ++k;
    }
    order[cell] = static_cast<unsigned char>(k);
  }
  return order;
}();

}  // namespace detail

/// The cheapest order for a load in [0, kMaxLoad): an index in kOrders.
[[nodiscard]] inline std::size_t order_for(double load) {
  return detail::kOrderOfCell[static_cast<std::size_t>(load * detail::kCellsPerLoad)];
}
/// Loads from here on are not for the series.
inline constexpr double kLoadLimit = static_cast<double>(detail::kCells - 2) / detail::kCellsPerLoad;
static_assert(kLoadLimit <= kMaxLoad);

/// 1/n, rounded once.
inline constexpr std::array<double, 32> kInverse = [] {
  std::array<double, 32> inverse{};
  for (std::size_t n = 1; n < inverse.size(); ++n) {
    inverse[n] = 1.0 / static_cast<double>(n);
  }
  return inverse;
}();

/// What a step needs to know of a neuron besides its shape.
struct Start {
  double leak;  ///< y_leak - y [mV]
  double slow;  ///< drive of the slow synapse at y, gs (y_slow - y) [mV]
  double fast;  ///< the same of the fast one [mV]
  double gs;    ///< conductance of the slow synapse, in units of the leak
  double gf;    ///< of the fast one
};

/// u = y - y(0) after a step with x = e^{-h/tau_slow} - 1.
template <int terms, int ratio>
[[nodiscard]] inline double increment(double kappa, const Start& s, double x) {
  constexpr double kLinear = ratio;  // (1 + x)^r = 1 + r x + (r - 1) x^2
  constexpr double kSquare = ratio == 2 ? 1 : 0;
  const double x2 = x * x;
  const double kx = kappa * x;
  const double kx2 = kappa * x2;
  const double kx3 = kx * x2;
  double a = kx * ((1.0 + s.gs) + s.gf);  // x (c0 - n), n = 0, 1, ...
  const double c1 = kx2 * (s.gs + kLinear * s.gf);
  const double c2 = kx3 * (kSquare * s.gf);
  double before = 0.0;  // coefficient times power n - 2, n - 1, n of x
  double last = -(kx * ((s.leak + s.slow) + s.fast));
  a -= x;
  double now = (a * last - kx2 * (s.slow + kLinear * s.fast)) * kInverse[2];
  double sum = last + now;
  for (int n = 2; n < terms; ++n) {
    a -= x;
    double rest = c1 * last + c2 * before;
    if (n == 2) {
      rest -= kx3 * (kSquare * s.fast);
    }
    const double next =
        (a * kInverse[static_cast<std::size_t>(n + 1)]) * now + rest * kInverse[static_cast<std::size_t>(n + 1)];
    before = last;
    last = now;
    now = next;
    sum += now;
  }
  return sum;
}

}  // namespace va_event::kernels::decay_series
