// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set (Highway's foreach_target.h), hence no #pragma once.
#if defined(VA_EVENT_KERNELS_IF_COND_EXP_FORMULAS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef VA_EVENT_KERNELS_IF_COND_EXP_FORMULAS_INL_HPP
#undef VA_EVENT_KERNELS_IF_COND_EXP_FORMULAS_INL_HPP
#else
#define VA_EVENT_KERNELS_IF_COND_EXP_FORMULAS_INL_HPP
#endif

#include <array>
#include <cmath>
#include <cstddef>

#include "neurons/if_cond_exp/if_cond_exp.hpp"
#include "neurons/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::HWY_NAMESPACE {

/// What intervals without input do to v, several at a time: the formulas of quadrature.hpp and decay_series.hpp, one
/// interval per lane, each lane with the bits of the scalar form. Intervals of different neurons share a vector: what
/// they need is loaded side by side, so the widest vectors of the processor pay (ScalableTag).

using Kernel = IfCondExpKernel<double>;
using Constants = Kernel::Constants;
using Wide = hn::ScalableTag<double>;
using W = hn::Vec<Wide>;

/// What the formulas need of a neuron: the constants that they read, each a number or a vector of those of several
/// neurons. The power series call the slow synapse the first one, the quadrature the excitatory one.
template <class Number>
struct Cell {
  Number y_leak;        ///< IfCondExpConstants::y_leak [mV]
  Number y_first;       ///< reversal potential minus v_thresh [mV]
  Number y_second;      ///< [mV]
  Number resistance;    ///< tau_m/cm [MOhm]
  Number rate_m;        ///< 1/tau_m [1/ms]
  Number rate_first;    ///< 1/tau_syn [1/ms]
  Number rate_second;   ///< [1/ms]
  Number kappa_first;   ///< tau_syn/tau_m
  Number kappa_second;  ///< tau_syn/tau_m
};
/// Members of Cell; numbers_of() and cell_of() have them in this order.
constexpr std::size_t kCellNumbers = 9;

/// Whether the first synapse of Cell is the inhibitory one.
HWY_INLINE bool inhibition_first(const Constants& c) { return c.series.ratio != 0 && !c.series.excitatory_is_slow; }

/// The members of a Cell of one neuron.
HWY_INLINE std::array<double, kCellNumbers> numbers_of(const Constants& c) {
  const bool swap = inhibition_first(c);
  const double kappa_exc = c.tau_exc * c.rate_m;
  const double kappa_inh = c.tau_inh * c.rate_m;
  return {c.y_leak,
          swap ? c.y_inh : c.y_exc,
          swap ? c.y_exc : c.y_inh,
          c.resistance,
          c.rate_m,
          swap ? c.rate_inh : c.rate_exc,
          swap ? c.rate_exc : c.rate_inh,
          c.series.ratio != 0 ? c.series.kappa : kappa_exc,
          swap ? kappa_exc : kappa_inh};
}

/// A Cell of the neurons of one vector. @param at gives a vector of the n-th number of each neuron
template <class At>
HWY_INLINE Cell<W> cell_of(const At& at) {
  return {at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7), at(8)};
}

/// A Transfer in each lane.
struct TransferLanes {
  W factor;
  W offset;  ///< [mV]
};

/// a*b + c, rounded once: by the processor's instruction or, where the instruction set has none, lane by lane in the C
/// library, which takes far longer but has the same bits.
HWY_INLINE W fused(W a, W b, W c) {
#if HWY_NATIVE_FMA
  return hn::MulAdd(a, b, c);
#else
  const Wide d;
  alignas(64) std::array<double, kPadding> x, y, z;
  hn::Store(a, d, x.data());
  hn::Store(b, d, y.data());
  hn::Store(c, d, z.data());
  for (std::size_t lane = 0; lane < hn::Lanes(d); ++lane) {
    x[lane] = std::fma(x[lane], y[lane], z[lane]);
  }
  return hn::Load(d, x.data());
#endif
}

/// numerics::elementary::detail::reduce_fused(), operation by operation.
HWY_INLINE numerics::HWY_NAMESPACE::ReducedVector<W> reduce_fused(W x) {
  using namespace numerics::elementary::detail;
  const Wide d;
  const hn::RebindToUnsigned<Wide> bits;
  const auto c = [d](double value) HWY_ATTR { return hn::Set(d, value); };
  const W shifted = fused(x, c(kLog2E), c(kRound));
  const W n = shifted - c(kRound);
  const W r = fused(hn::Neg(n), c(kLn2Lo), fused(hn::Neg(n), c(kLn2Hi), x));
  const W r2 = r * r;
  const W r4 = r2 * r2;
  const W q0 = fused(fused(c(kC3), r, c(kC2)), r2, fused(c(kC1), r, c(kC0)));
  const W q1 = fused(fused(c(kC7), r, c(kC6)), r2, fused(c(kC5), r, c(kC4)));
  const W q = fused(fused(fused(c(kC9), r, c(kC8)), r4, q1), r4, q0);
  const W expm1_r = fused(fused(r, q, c(0.5)), r2, r);
  const auto exponent = hn::ShiftLeft<52>(hn::BitCast(bits, shifted)) + hn::Set(bits, std::uint64_t{1023} << 52U);
  return {expm1_r, hn::BitCast(d, exponent)};
}
/// numerics::elementary::exp_fused() in each lane.
HWY_INLINE W exp_fused(W x) {
  const numerics::HWY_NAMESPACE::ReducedVector<W> e = reduce_fused(x);
  return hn::IfThenZeroElse(x < hn::Set(Wide(), numerics::elementary::kMinExponent),
                            fused(e.scale, e.expm1_r, e.scale));
}
/// numerics::elementary::expm1_fused() in each lane.
HWY_INLINE W expm1_fused(W x) {
  const Wide d;
  const numerics::HWY_NAMESPACE::ReducedVector<W> e = reduce_fused(x);
  const W result = fused(e.scale, e.expm1_r, e.scale - hn::Set(d, 1.0));
  return hn::IfThenElse(x < hn::Set(d, numerics::elementary::kMinExponent), hn::Set(d, -1.0), result);
}

/// What a power series starts from.
struct SeriesInput {
  W first;   ///< conductance of the first (slow) synapse at the start [uS]
  W second;  ///< of the second (fast) one [uS]
  W h;       ///< [ms], >= 0
  W load;    ///< intervals::series_load(), below kLoadLimit; what a lane of a larger one gets is not used
};

/// decay_series::transfer(), operation by operation. After each block of terms the lanes whose order ends there have
/// their last three terms set to 0, so that their further ones are 0, too, and adding them changes no bit; the loop
/// ends with the last lane. So each lane has the terms of its own order, whatever shares its vector. Several vectors at
/// a time, because each operation of a recurrence waits for the one before.
/// @tparam ratio  decay_series::Shape::ratio: 1 or 2
/// @param cells   one for all vectors, or one for each
template <int ratio, std::size_t kVectors, std::size_t kCells>
HWY_INLINE void by_series(const std::array<Cell<W>, kCells>& cells, const std::array<SeriesInput, kVectors>& in,
                          std::array<TransferLanes, kVectors>& out) {
  const Wide d;
  const auto c = [d](double value) HWY_ATTR { return hn::Set(d, value); };
  struct {
    W x, a, c1, c2, source, before, last, now, odd, even, factor;
  } s[kVectors];
  for (std::size_t v = 0; v < kVectors; ++v) {
    const Cell<W>& cell = cells[kCells == 1 ? 0 : v];
    const W start_gs = cell.resistance * in[v].first;
    const W start_gf = cell.resistance * in[v].second;
    const W e = expm1_fused(hn::Neg(in[v].h) * cell.rate_first);
    const W x = hn::Neg(e) / (c(2.0) + e);
    const W middle = c(1.0) + c(0.5) * e;
    const W gs = start_gs * middle;
    const W gf = ratio == 2 ? start_gf * (middle * middle) : start_gf * middle;
    const W lost = ratio == 2 ? start_gs * e + start_gf * (e + (c(0.5) * e) * e) : (start_gs + start_gf) * e;
    s[v].factor = exp_fused(cell.kappa_first * lost - in[v].h * cell.rate_m);
    const W slow = gs * cell.y_first;
    const W fast = gf * cell.y_second;
    const W kx = cell.kappa_first * x;
    const W kx2 = kx * x;
    const W kx3 = kx2 * x;
    s[v].x = x;
    s[v].c1 = kx2 * (gs + c(ratio) * gf);
    s[v].c2 = kx3 * gf;
    s[v].source = kx3 * fast;
    s[v].before = hn::Zero(d);
    s[v].last = hn::Neg(kx * ((cell.y_leak + slow) + fast));
    s[v].a = kx * ((c(1.0) + gs) + gf) - x;
    s[v].now = (s[v].a * s[v].last - kx2 * (slow + c(ratio) * fast)) * c(numerics::kInverse[2]);
    s[v].odd = s[v].last;
    s[v].even = s[v].now;
  }
  const auto next_term = [&](std::size_t n) HWY_ATTR {
    const W inverse = c(numerics::kInverse[n + 1]);
    for (auto& one : s) {
      one.a = one.a - one.x;
      W rest = one.c1 * one.last;
      if constexpr (ratio == 2) {
        rest = fused(one.c2, one.before, rest);
        if (n == 2) {
          rest = rest - one.source;
        }
      }
      const W next = fused(one.a * inverse, one.now, rest * inverse);
      one.before = one.last;
      one.last = one.now;
      one.now = next;
    }
  };
  const auto next_terms = [&](std::size_t n) HWY_ATTR {
    next_term(n);
    for (auto& one : s) {
      one.odd = one.odd + one.now;
    }
    next_term(n + 1);
    for (auto& one : s) {
      one.even = one.even + one.now;
    }
  };
  next_terms(2);
  next_terms(4);
  next_terms(6);
  for (std::size_t k = 1; k < decay_series::kOrders.size(); ++k) {
    const W limit = c(decay_series::kOrders[k - 1].max_load);
    bool all_end = true;
    for (std::size_t v = 0; v < kVectors; ++v) {
      const auto goes_on = in[v].load >= limit;
      all_end = all_end && hn::AllFalse(d, goes_on);
      s[v].before = hn::IfThenElseZero(goes_on, s[v].before);
      s[v].last = hn::IfThenElseZero(goes_on, s[v].last);
      s[v].now = hn::IfThenElseZero(goes_on, s[v].now);
    }
    if (all_end) {
      break;
    }
    const auto n = static_cast<std::size_t>(decay_series::kOrders[k - 1].terms);
    next_terms(n);
    next_terms(n + 2);
  }
  for (std::size_t v = 0; v < kVectors; ++v) {
    out[v] = {s[v].factor, (s[v].even - s[v].odd) - s[v].factor * (s[v].even + s[v].odd)};
  }
}
static_assert(decay_series::kOrders[0].terms == 8 && decay_series::kTermsPerBlock == 4);

/// intervals::quadrature(), operation by operation. @param exc, inh  conductances at the start [uS] @param h  [ms], >=
/// 0
template <std::size_t kCount>
HWY_INLINE TransferLanes integrate(const Cell<W>& cell, W exc, W inh, W h) {
  constexpr const numerics::GaussLegendre<double, kCount>& kRule = numerics::detail::kGaussLegendre<kCount>;
  const Wide d;
  const auto set = [d](double value) HWY_ATTR { return hn::Set(d, value); };
  const W one = set(1.0);
  const W x = h * cell.rate_m;
  const W h_exc = h * cell.rate_first;
  const W h_inh = h * cell.rate_second;
  W decay_exc[kCount];  // e^{-s_k/tau} - 1
  W decay_inh[kCount];
  for (std::size_t k = 0; k < kCount; ++k) {
    decay_exc[k] = expm1(hn::Neg(h_exc) * set(kRule.node[k]));
    decay_inh[k] = expm1(hn::Neg(h_inh) * set(kRule.node[k]));
  }
  const W ge = cell.resistance * exc;
  const W gi = cell.resistance * inh;
  const W memory_exc = ge * cell.kappa_first;
  const W memory_inh = gi * cell.kappa_second;
  const W factor = exp(memory_exc * expm1(hn::Neg(h_exc)) + memory_inh * expm1(hn::Neg(h_inh)) - x);
  const W drive_exc = ge * cell.y_first;
  const W drive_inh = gi * cell.y_second;
  W sum = hn::Zero(d);
  for (std::size_t k = 0; k < kCount; ++k) {
    const std::size_t mirror = kCount - 1 - k;
    const W kept = exp(memory_exc * ((one + decay_exc[k]) * decay_exc[mirror]) +
                       memory_inh * ((one + decay_inh[k]) * decay_inh[mirror]) - x * set(kRule.node[mirror]));
    sum = sum + set(kRule.weight[k]) * kept *
                    (cell.y_leak + drive_exc * (one + decay_exc[k]) + drive_inh * (one + decay_inh[k]));
  }
  return {factor, x * sum};
}

}  // namespace va_event::neurons::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
