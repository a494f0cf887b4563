// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include "neurons/if_cond_exp/constants.hpp"
#include "neurons/if_cond_exp/intervals/transfer.hpp"
#include "numerics/elementary.hpp"
#include "numerics/gauss_legendre.hpp"

/// IF_cond_exp by variation of constants, whose integral is taken by Gauss-Legendre quadrature to full precision: for
/// any time constants. The integrand is analytic, so that the error falls geometrically with the number of nodes, and
/// the number that is enough is known before: no error estimate, no step that is refused. The vector form of the same
/// operations, bit for bit, is in formulas-inl.hpp.
namespace va_event::neurons::intervals {

/// How many quadrature nodes an interval h needs, as a function of two numbers without unit: x = A h, with A the total
/// conductance over cm at the start [1/ms], and z = h/(shorter synaptic time constant); of the synapses that matter
/// there (Load). x measures how far the exponential factor bends, z how far the conductances do.
struct QuadratureLevel {
  std::size_t nodes;
  double max_x;  ///< x up to this one
  double max_z;  ///< and z up to this one
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

/// The index of the cheapest level that is enough; kQuadratureLevels.size() when none is. @param x, z  >= 0
[[nodiscard]] inline std::size_t level_for(double x, double z) {
  std::size_t level = 0;
  while (level < kQuadratureLevels.size() &&
         !(x <= kQuadratureLevels[level].max_x && z <= kQuadratureLevels[level].max_z)) {
    ++level;
  }
  return level;
}

/// What the interval does to y by one quadrature with kCount nodes, however many it needed. formula_of() and advance()
/// decide that.
///   y(h) = e^{-M(h)} y(0) + (h/tau_m) sum_k w_k e^{-(M(h)-M(s_k))} [y_leak + ge(s_k) y_exc + gi(s_k) y_inh].
/// with M(t) = t/tau_m + sum over both synapses of g tau_syn/tau_m (1 - e^{-t/tau_syn}), so that each synapse's part of
/// M(h) - M(s) is g tau_syn/tau_m e^{-s/tau_syn} (1 - e^{-(h-s)/tau_syn}).
/// The nodes are symmetric, so 1 - e^{-(h-s_k)/tau}, which M(h) - M(s_k) needs without cancellation, is a value that
/// the mirrored node has computed already.
/// @param exc, inh  conductances at the start [uS] @param h  [ms], >= 0
template <std::size_t kCount, class Real>
[[nodiscard]] Transfer<Real> quadrature(const IfCondExpConstants<Real>& c, const Real& exc, const Real& inh,
                                        const Real& h) {
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

/// The same by the nodes of level number `wanted` of kQuadratureLevels: the number of nodes is a constant in each loop.
/// @tparam level  all levels
template <class Real, std::size_t... level>
[[nodiscard]] Transfer<Real> quadrature_at_level(std::size_t wanted, const IfCondExpConstants<Real>& c, const Real& exc,
                                                 const Real& inh, const Real& h,
                                                 std::index_sequence<level...> /*all*/) {
  Transfer<Real> found{};
  ((level == wanted ? void(found = quadrature<kQuadratureLevels[level].nodes>(c, exc, inh, h)) : void()), ...);
  return found;
}

}  // namespace va_event::neurons::intervals
