// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set (Highway's foreach_target.h), hence no #pragma once.
#if defined(VA_EVENT_KERNELS_LANES_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef VA_EVENT_KERNELS_LANES_INL_HPP
#undef VA_EVENT_KERNELS_LANES_INL_HPP
#else
#define VA_EVENT_KERNELS_LANES_INL_HPP
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "kernels/batch.hpp"
#include "kernels/elementary.hpp"
#include "kernels/safe_interval.hpp"
#include "kernels/state.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
/// Four lanes at most: a neuron is four numbers, and transposing eight rows costs more than eight lanes win back.
using Doubles = hn::CappedTag<double, 4>;
using V = hn::Vec<Doubles>;

/// Room behind arrays of neurons, so that the last vector may be a full one.
constexpr std::size_t kPadding = HWY_MAX_BYTES / sizeof(double);

/// elementary::detail::reduce(), operation by operation.
template <class Lanes>
struct ReducedLanes {
  Lanes expm1_r;
  Lanes scale;
};

template <class Lanes>
HWY_INLINE ReducedLanes<Lanes> reduce(Lanes x) {
  using namespace elementary::detail;
  const hn::DFromV<Lanes> d;
  const hn::RebindToUnsigned<hn::DFromV<Lanes>> bits;
  const auto c = [d](double value) HWY_ATTR { return hn::Set(d, value); };
  const Lanes shifted = x * c(kLog2E) + c(kRound);
  const Lanes n = shifted - c(kRound);
  const Lanes r = (x - n * c(kLn2Hi)) - n * c(kLn2Lo);
  const Lanes r2 = r * r;
  const Lanes r4 = r2 * r2;
  const Lanes q0 = (c(kC0) + c(kC1) * r) + (c(kC2) + c(kC3) * r) * r2;
  const Lanes q1 = (c(kC4) + c(kC5) * r) + (c(kC6) + c(kC7) * r) * r2;
  const Lanes q = q0 + (q1 + (c(kC8) + c(kC9) * r) * r4) * r4;
  const Lanes expm1_r = r + (c(0.5) * r2 + (r * r2) * q);
  const auto exponent = hn::ShiftLeft<52>(hn::BitCast(bits, shifted)) + hn::Set(bits, std::uint64_t{1023} << 52U);
  return {expm1_r, hn::BitCast(d, exponent)};
}

template <class Lanes>
HWY_INLINE Lanes exp(Lanes x) {
  const hn::DFromV<Lanes> d;
  const ReducedLanes<Lanes> e = reduce(x);
  const Lanes result = e.scale + e.scale * e.expm1_r;
  return hn::IfThenZeroElse(x < hn::Set(d, elementary::kMinExponent), result);
}

template <class Lanes>
HWY_INLINE Lanes expm1(Lanes x) {
  const hn::DFromV<Lanes> d;
  const ReducedLanes<Lanes> e = reduce(x);
  const Lanes result = (e.scale - hn::Set(d, 1.0)) + e.scale * e.expm1_r;
  return hn::IfThenElse(x < hn::Set(d, elementary::kMinExponent), hn::Set(d, -1.0), result);
}

/// decayed() of state.hpp.
template <class Lanes>
HWY_INLINE Lanes decayed(Lanes value, Lanes factor) {
  const Lanes result = value * factor;
  return hn::IfThenZeroElse(hn::Abs(result) < hn::Set(hn::DFromV<Lanes>(), kFlushBelow<double>), result);
}

/// Appends the indices of some neurons of a vector.
HWY_INLINE void append(unsigned bits, const std::uint32_t* index, std::vector<std::uint32_t>& list) {
  for (; bits != 0; bits &= bits - 1) {
    list.push_back(index[std::countr_zero(bits)]);
  }
}

/// The bits of the first `count` lanes of a mask.
HWY_INLINE unsigned bits_of(hn::Mask<Doubles> mask, std::size_t count) {
  std::uint8_t bytes[(HWY_MAX_BYTES / sizeof(double) + 7) / 8 + 8] = {};
  const Doubles d;
  hn::StoreMaskBits(d, mask, bytes);
  const unsigned bits = bytes[0];
  return count >= 8 ? bits : bits & ((1U << count) - 1U);
}

/// Asks for what the k-th target, or the last one, needs, long before it is needed.
HWY_INLINE void prefetch(const Targets& targets, std::size_t k, const Neurons& neurons) {
  const std::uint32_t i = targets.offset + targets.index[HWY_MIN(k, targets.index.size() - 1)];
  hwy::Prefetch(neurons.row + i);
  hwy::Prefetch(neurons.safe_until + i);
}
constexpr std::size_t kPrefetch = 12;  // targets ahead
HWY_INLINE void prefetch_first(const Targets& targets, std::size_t begin, const Neurons& neurons) {
  for (std::size_t k = begin; k < HWY_MIN(begin + kPrefetch, targets.index.size()); ++k) {
    prefetch(targets, k, neurons);
  }
}

/// `from` + `more`, number by number, into both `a` and `b`.
HWY_INLINE void add_row(const State<double>& from, const State<double>& more, State<double>& a, State<double>& b) {
  const Doubles d;
  for (std::size_t k = 0; k < 4; k += hn::Lanes(d)) {
    const V sum = hn::Load(d, &from.y + k) + hn::Load(d, &more.y + k);
    hn::Store(sum, d, &a.y + k);
    hn::Store(sum, d, &b.y + k);
  }
}

HWY_INLINE void copy_row(const State<double>& from, State<double>& to) {
  const Doubles d;
  for (std::size_t k = 0; k < 4; k += hn::Lanes(d)) {
    hn::Store(hn::Load(d, &from.y + k), d, &to.y + k);
  }
}

template <class Lanes>
struct SafeLanes {
  Lanes duration;
  hn::Mask<hn::DFromV<Lanes>> by_sign;
};

/// safe_interval() of safe_interval.hpp.
template <class Lanes>
HWY_INLINE SafeLanes<Lanes> safe_interval(Lanes distance, Lanes drive, Lanes conductance, Lanes tau_m, Lanes scale) {
  const hn::DFromV<Lanes> d;
  const Lanes zero = hn::Zero(d);
  const Lanes infinity = hn::Set(d, std::numeric_limits<double>::infinity());
  const Lanes u = distance - hn::Set(d, kSafetyMargin * std::numeric_limits<double>::epsilon()) * (scale + distance);
  const Lanes two = hn::Set(d, 2.0);
  const Lanes bound = hn::Set(d, kShrink<double>) * (two * u * tau_m) / (two * drive + conductance * u);
  const auto below = distance > zero;
  const auto by_sign = hn::And(below, drive <= zero);
  return {hn::IfThenElse(by_sign, infinity, hn::IfThenElseZero(u > zero, bound)), by_sign};
}

}  // namespace va_event::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
