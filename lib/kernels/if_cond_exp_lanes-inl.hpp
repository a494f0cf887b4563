// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set (Highway's foreach_target.h), hence no #pragma once.
#if defined(VA_EVENT_KERNELS_IF_COND_EXP_LANES_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef VA_EVENT_KERNELS_IF_COND_EXP_LANES_INL_HPP
#undef VA_EVENT_KERNELS_IF_COND_EXP_LANES_INL_HPP
#else
#define VA_EVENT_KERNELS_IF_COND_EXP_LANES_INL_HPP
#endif

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "kernels/decay_series.hpp"
#include "kernels/lanes-inl.hpp"

/// IfCondExpKernel<double> in vectors: what a vector of neurons does from one of their events to the next.
HWY_BEFORE_NAMESPACE();
namespace va_event::kernels::HWY_NAMESPACE {

using Constants = IfCondExpKernel<double>::Constants;

/// One bin for every order of the power series or every level of the quadrature, one for refractory neurons: neurons of
/// one bin need the same sequence of operations.
constexpr std::size_t kHeldBin = std::max(decay_series::kOrders.size(), kQuadratureLevels.size());
constexpr std::size_t kBins = kHeldBin + 1;

/// The bin of a neuron; kBins: none, the scalar kernel takes it.
template <bool kHasSeries>
HWY_INLINE std::size_t bin_for(const Constants& c, const State<double>& state, double h) {
  using Kernel = IfCondExpKernel<double>;
  std::size_t bin = kBins;
  if constexpr (kHasSeries) {
    if (const double load = Kernel::series_load(c, state, h); h > 0.0 && load < decay_series::kLoadLimit) {
      bin = state.y == kHeld ? kHeldBin : decay_series::order_for(load);
    }
  } else if (h > 0.0) {
    const std::size_t level = state.y == kHeld ? kHeldBin : Kernel::quadrature_level(c, state, h);
    bin = state.y != kHeld && level == kQuadratureLevels.size() ? kBins : level;
  }
  return bin;
}

/// The neurons of one vector, one in each lane.
struct Rows {
  V y;
  V exc;
  V inh;
  V t;
};

HWY_INLINE Rows load(const State<double>* first) {
  Rows lanes;
  hn::LoadInterleaved4(Doubles(), &first->y, lanes.y, lanes.exc, lanes.inh, lanes.t);
  return lanes;
}

/// Stores the first `count` neurons of a vector.
HWY_INLINE void put(const Rows& lanes, V safe_until, const std::uint32_t* index, std::size_t count,
                    const Neurons& neurons) {
  const Doubles d;
  alignas(64) std::array<State<double>, kPadding> rows;
  alignas(64) std::array<double, kPadding> until;
  hn::StoreInterleaved4(lanes.y, lanes.exc, lanes.inh, lanes.t, d, &rows[0].y);
  hn::Store(safe_until, d, until.data());
  for (std::size_t lane = 0; lane < HWY_MIN(count, hn::Lanes(d)); ++lane) {
    neurons.row[index[lane]] = rows[lane];
    neurons.safe_until[index[lane]] = until[lane];
  }
}

/// Constants of the neurons of one vector.
struct Lanes {
  V y_leak;
  V y_exc;
  V y_inh;
  V potentials;
  V resistance;
  V tau_m;
  V rate_m;
  V tau_exc;
  V tau_inh;
  V rate_exc;
  V rate_inh;
  V kappa;
  V rate_slow;
};
constexpr std::size_t kConstants = 13;

/// In the order of Lanes.
HWY_INLINE std::array<double, kConstants> numbers_of(const Constants& c) {
  return {c.y_leak,  c.y_exc,   c.y_inh,    c.potentials, c.resistance,   c.tau_m,           c.rate_m,
          c.tau_exc, c.tau_inh, c.rate_exc, c.rate_inh,   c.series.kappa, c.series.rate_slow};
}
/// @param at gives a vector of the n-th constant
template <class At>
HWY_INLINE Lanes make_lanes(const At& at) {
  return {at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7), at(8), at(9), at(10), at(11), at(12)};
}
HWY_INLINE Lanes lanes_of(const Constants& c) {
  const std::array<double, kConstants> numbers = numbers_of(c);
  return make_lanes([&numbers](std::size_t n) HWY_ATTR { return hn::Set(Doubles(), numbers[n]); });
}

/// decay_series::increment(), operation by operation.
template <int terms, int ratio>
HWY_INLINE V increment(V kappa, V leak, V slow, V fast, V gs, V gf, V x) {
  const Doubles d;
  const auto c = [d](double value) HWY_ATTR { return hn::Set(d, value); };
  const V x2 = x * x;
  const V kx = kappa * x;
  const V kx2 = kappa * x2;
  const V kx3 = kx * x2;
  V a = kx * ((c(1.0) + gs) + gf);
  const V c1 = kx2 * (gs + c(ratio) * gf);
  const V c2 = kx3 * (c(ratio == 2 ? 1 : 0) * gf);
  V before = hn::Zero(d);
  V last = hn::Neg(kx * ((leak + slow) + fast));
  a = a - x;
  V now = (a * last - kx2 * (slow + c(ratio) * fast)) * c(decay_series::kInverse[2]);
  V sum = last + now;
  HWY_UNROLL(32)
  for (int n = 2; n < terms; ++n) {
    a = a - x;
    V rest = c1 * last + c2 * before;
    if (n == 2) {
      rest = rest - kx3 * (c(ratio == 2 ? 1 : 0) * fast);
    }
    const V inverse = c(decay_series::kInverse[static_cast<std::size_t>(n + 1)]);
    const V next = (a * inverse) * now + rest * inverse;
    before = last;
    last = now;
    now = next;
    sum = sum + now;
  }
  return sum;
}

/// IfCondExpKernel<double>::advance_by_series(), operation by operation.
template <int terms, int steps, int ratio, bool exc_is_slow>
HWY_INLINE void advance_by_series(const Lanes& c, V h, Rows& rows) {
  const Doubles d;
  const V x = expm1(hn::Neg(h * hn::Set(d, 1.0 / steps)) * c.rate_slow);
  const V decay_slow = hn::Set(d, 1.0) + x;
  const V decay_fast = ratio == 2 ? decay_slow * decay_slow : decay_slow;
  const V y_slow = exc_is_slow ? c.y_exc : c.y_inh;
  const V y_fast = exc_is_slow ? c.y_inh : c.y_exc;
  V slow = exc_is_slow ? rows.exc : rows.inh;
  V fast = exc_is_slow ? rows.inh : rows.exc;
  for (int step = 0; step < steps; ++step) {
    const V gs = c.resistance * slow;
    const V gf = c.resistance * fast;
    rows.y = rows.y + increment<terms, ratio>(c.kappa, c.y_leak - rows.y, gs * (y_slow - rows.y),
                                              gf * (y_fast - rows.y), gs, gf, x);
    slow = decayed(slow, decay_slow);
    fast = decayed(fast, decay_fast);
  }
  rows.exc = exc_is_slow ? slow : fast;
  rows.inh = exc_is_slow ? fast : slow;
}

/// IfCondExpKernel<double>::quadrature(), operation by operation.
template <std::size_t kCount>
HWY_INLINE void integrate(const Lanes& c, V h, Rows& rows) {
  constexpr const GaussLegendre<double, kCount>& kRule = detail::kGaussLegendre<kCount>;
  const Doubles d;
  const auto set = [d](double value) HWY_ATTR { return hn::Set(d, value); };
  const V one = set(1.0);
  const V x = h * c.rate_m;
  const V h_exc = h * c.rate_exc;
  const V h_inh = h * c.rate_inh;
  V exc[kCount];  // e^{-s_k/tau} - 1
  V inh[kCount];
  for (std::size_t k = 0; k < kCount; ++k) {
    exc[k] = expm1(hn::Neg(h_exc) * set(kRule.node[k]));
    inh[k] = expm1(hn::Neg(h_inh) * set(kRule.node[k]));
  }
  const V ge = c.resistance * rows.exc;
  const V gi = c.resistance * rows.inh;
  const V memory_exc = ge * c.tau_exc * c.rate_m;
  const V memory_inh = gi * c.tau_inh * c.rate_m;
  const V drive_leak = c.y_leak - rows.y;
  const V drive_exc = ge * (c.y_exc - rows.y);
  const V drive_inh = gi * (c.y_inh - rows.y);
  V sum = hn::Zero(d);
  for (std::size_t k = 0; k < kCount; ++k) {
    const std::size_t mirror = kCount - 1 - k;
    const V factor = exp(memory_exc * ((one + exc[k]) * exc[mirror]) + memory_inh * ((one + inh[k]) * inh[mirror]) -
                         x * set(kRule.node[mirror]));
    sum = sum + set(kRule.weight[k]) * factor * (drive_leak + drive_exc * (one + exc[k]) + drive_inh * (one + inh[k]));
  }
  rows.y = rows.y + x * sum;
  rows.exc = decayed(rows.exc, exp(hn::Neg(h_exc)));
  rows.inh = decayed(rows.inh, exp(hn::Neg(h_inh)));
}

/// Refractory neurons: the conductances decay.
HWY_INLINE void advance_held(const Lanes& c, V h, Rows& rows) {
  rows.exc = decayed(rows.exc, exp(hn::Neg(h) * c.rate_exc));
  rows.inh = decayed(rows.inh, exp(hn::Neg(h) * c.rate_inh));
}

/// Looks how soon neurons could spike after `label`, stores their rows, and reports.
HWY_INLINE void finish(const Lanes& c, const Rows& rows, V label, const std::uint32_t* index, std::size_t count,
                       const Neurons& neurons, const Watch& watch, BatchReport& report) {
  const Doubles d;
  const V drive_exc = c.resistance * rows.exc * c.y_exc;
  const V drive_inh = c.resistance * rows.inh * c.y_inh;
  const V slow = hn::IfThenElse(c.rate_exc >= c.rate_inh, drive_inh, drive_exc);
  const V drive = c.y_leak + hn::Max(hn::Zero(d), hn::Max(slow, drive_exc + drive_inh));
  const V conductance = hn::Set(d, 1.0) + c.resistance * (hn::Abs(rows.exc) + hn::Abs(rows.inh));
  const V distance = hn::Neg(rows.y);
  const SafeLanes safe = safe_interval(distance, drive, conductance, c.tau_m, hn::Abs(rows.y) + c.potentials);
  const V until = label + safe.duration;
  put({rows.y, rows.exc, rows.inh, label}, until, index, count, neurons);
  report.by_sign += static_cast<unsigned>(std::popcount(bits_of(safe.by_sign, count)));
  const auto noticed = until < hn::Set(d, watch.until);
  const auto near = distance < hn::Set(d, watch.distance);
  if (HWY_UNLIKELY(!hn::AllFalse(d, hn::Or(noticed, near)))) {
    append(bits_of(noticed, count), index, report.noticed);
    append(bits_of(near, count), index, report.near);
  }
}

/// How the neurons of one bin are advanced, as constants of the compiler.
template <int terms, int steps, int ratio, bool exc_is_slow>
struct BySeries {
  static constexpr bool kHeld = false;
  HWY_INLINE void operator()(const Lanes& c, V h, Rows& rows) const {
    advance_by_series<terms, steps, ratio, exc_is_slow>(c, h, rows);
  }
};
template <std::size_t kCount>
struct ByQuadrature {
  static constexpr bool kHeld = false;
  HWY_INLINE void operator()(const Lanes& c, V h, Rows& rows) const { integrate<kCount>(c, h, rows); }
};
struct Held {
  static constexpr bool kHeld = true;
  HWY_INLINE void operator()(const Lanes& c, V h, Rows& rows) const { advance_held(c, h, rows); }
};

}  // namespace va_event::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
