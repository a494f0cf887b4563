// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set (Highway's foreach_target.h), hence no #pragma once.
#if defined(VA_EVENT_NEAR_SPIKES_CURRENTS_ROWS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef VA_EVENT_NEAR_SPIKES_CURRENTS_ROWS_INL_HPP
#undef VA_EVENT_NEAR_SPIKES_CURRENTS_ROWS_INL_HPP
#else
#define VA_EVENT_NEAR_SPIKES_CURRENTS_ROWS_INL_HPP
#endif

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "neurons/if_curr_exp/near_spikes/time_constants.hpp"
#include "neurons/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::near_spikes_currents::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using neurons::HWY_NAMESPACE::bits_of;
using neurons::HWY_NAMESPACE::Doubles;
using neurons::HWY_NAMESPACE::V;

/// A row in registers.
constexpr std::size_t kParts = 4 / hn::MaxLanes(Doubles());
struct RowLanes {
  V part[kParts];
};
HWY_INLINE RowLanes load(const double* from) {
  RowLanes lanes;
  for (std::size_t k = 0; k < kParts; ++k) {
    lanes.part[k] = hn::Load(Doubles(), from + k * hn::MaxLanes(Doubles()));
  }
  return lanes;
}
HWY_INLINE RowLanes load(const Row& row) { return load(&row.m); }
HWY_INLINE RowLanes load(const Factors& factors) { return load(&factors.m); }
HWY_INLINE void store(const RowLanes& lanes, Row& row) {
  for (std::size_t k = 0; k < kParts; ++k) {
    hn::Store(lanes.part[k], Doubles(), &row.m + k * hn::MaxLanes(Doubles()));
  }
}
HWY_INLINE RowLanes operator+(const RowLanes& a, const RowLanes& b) {
  RowLanes sum;
  for (std::size_t k = 0; k < kParts; ++k) {
    sum.part[k] = a.part[k] + b.part[k];
  }
  return sum;
}
HWY_INLINE RowLanes times(const RowLanes& a, double factor) {
  RowLanes product;
  for (std::size_t k = 0; k < kParts; ++k) {
    product.part[k] = a.part[k] * hn::Set(Doubles(), factor);
  }
  return product;
}
HWY_INLINE RowLanes larger(const RowLanes& a, const RowLanes& b) {
  RowLanes result;
  for (std::size_t k = 0; k < kParts; ++k) {
    result.part[k] = hn::Max(a.part[k], b.part[k]);
  }
  return result;
}

/// Whether a reserve is below 0, by its sign alone.
HWY_INLINE bool has_reserve(Row& row) {
#if defined(__GNUC__)
  // What was stored is read again: a comparison with memory is one instruction, taking a lane out of a vector is three.
  asm volatile("" : "+m"(row.reserve));
#endif
  std::int64_t bits;
  std::memcpy(&bits, &row.reserve, sizeof bits);
  return bits < 0;
}

HWY_INLINE Factors factors_in_lanes(const TimeConstants& times, double t) {
  const Doubles d;
  Factors factors;
  for (std::size_t k = 0; k < 4; k += hn::Lanes(d)) {
    hn::Store(neurons::HWY_NAMESPACE::exp(hn::Set(d, -t) * hn::Load(d, &times.rate.m + k)), d, &factors.m + k);
  }
  factors.none = 0.0;
  return factors;
}

// What follows decides whether a neuron is looked at, and is no part of a result: additions may have any order, and
// multiplications are fused with them.

/// (v - v_thresh)/R [nA]
HWY_INLINE double potential_of(const Row& row, double infinity, const Factors& at) {
  const Doubles d;
  V sum = hn::Zero(d);
  for (std::size_t k = 0; k < 4; k += hn::Lanes(d)) {  // the last lane is 0
    sum = hn::MulAdd(hn::Load(d, &row.m + k), hn::Load(d, &at.m + k), sum);
  }
  return infinity + hn::GetLane(hn::SumOfLanes(d, sum));
}

struct Bounds {
  double y;     ///< [nA]
  double bend;  ///< -y'' is at most this much from here on [nA/ms^2]
  double size;  ///< magnitudes of the terms of y, added up [nA]
};
HWY_INLINE Bounds bounds_of(const TimeConstants& times, const Row& row, double infinity, const Factors& at) {
  const Doubles d;
  V sum = hn::Zero(d);
  V bend = hn::Zero(d);
  V size = hn::Zero(d);
  for (std::size_t k = 0; k < 4; k += hn::Lanes(d)) {
    const V part = hn::Load(d, &row.m + k) * hn::Load(d, &at.m + k);
    const V rate = hn::Load(d, &times.rate.m + k);
    sum = sum + part;
    bend = hn::MulAdd(hn::Max(hn::Neg(part), hn::Zero(d)) * rate, rate, bend);
    size = size + hn::Abs(part);
  }
  return {infinity + hn::GetLane(hn::SumOfLanes(d, sum)), hn::GetLane(hn::SumOfLanes(d, bend)),
          std::fabs(infinity) + hn::GetLane(hn::SumOfLanes(d, size))};
}

/// How long a neuron is safe.
struct Prospect {
  double reserve;       ///< until the horizon [nA]
  std::size_t horizon;  ///< number of the segment's end; the present segment: that is not safe
};
/// @param at  the exponentials now
HWY_INLINE Prospect prospect_of(const TimeConstants& times, const Row& row, double infinity, const Factors& at,
                                std::size_t segment) {
  const Doubles d;
  V sum = hn::Zero(d);
  V above = hn::Zero(d);
  for (std::size_t k = 0; k < 4; k += hn::Lanes(d)) {
    const V part = hn::Load(d, &row.m + k) * hn::Load(d, &at.m + k);
    sum = sum + part;
    above = hn::MulAdd(hn::Max(hn::Neg(part), hn::Zero(d)), hn::Load(d, &times.bump.m + k),
                       hn::MulAdd(hn::Abs(part), hn::Set(d, kMargin), above));
  }
  const V offset = hn::Set(d, infinity + kMargin * std::fabs(infinity)) + hn::SumOfLanes(d, above);
  const V now = offset + hn::SumOfLanes(d, sum);
  V highest = now;
  const std::size_t period_end = end_of_period(segment);
  std::size_t horizon = segment;
  while (hn::GetLane(now) < 0.0 && horizon < period_end) {
    const auto load = [&](std::size_t k) HWY_ATTR { return hn::LoadU(d, &times.by_segment[k][horizon + 1]); };
    const V there =
        hn::MulAdd(hn::Set(d, row.m), load(0),
                   hn::MulAdd(hn::Set(d, row.exc), load(1), hn::MulAdd(hn::Set(d, row.inh), load(2), offset)));
    const std::size_t most = std::min(period_end - horizon, hn::Lanes(d));
    const auto reached = there >= hn::Zero(d);
    const std::size_t safe = hn::AllFalse(d, reached) ? most : std::min(hn::FindKnownFirstTrue(d, reached), most);
    highest = hn::IfThenElse(hn::FirstN(d, safe), hn::Max(highest, there), highest);
    horizon += safe;
    if (safe < hn::Lanes(d)) {
      break;
    }
  }
  return {hn::GetLane(hn::MaxOfLanes(d, highest)), horizon};
}

/// Neurons with the same time constants, whole vectors of them.
struct Stretch {
  Row* rows;
  const double* infinity;  ///< of each [nA]
  std::uint32_t begin;
  std::uint32_t end;
};

/// New reserves at the beginning of a period. @tparam kEpochBegins  the rows are brought from the end of the epoch
/// before to its beginning @param segment  the first of the period @param near  those without a reserve are appended
template <bool kEpochBegins>
HWY_INLINE void begin_period_of(const TimeConstants& times, const Stretch& stretch, std::size_t segment,
                                std::vector<std::uint32_t>& near) {
  struct Lanes {
    V m;
    V exc;
    V inh;
  };
  const Doubles d;
  const auto lanes_of = [d](double m, double exc, double inh) HWY_ATTR {
    return Lanes{hn::Set(d, m), hn::Set(d, exc), hn::Set(d, inh)};
  };
  const V zero = hn::Zero(d);
  const Factors& now = times.at[segment];
  const Factors& next = times.at[kSegments];
  const Lanes epoch = lanes_of(next.m, next.exc, next.inh);
  const Lanes bump = lanes_of(-times.bump.m * now.m, -times.bump.exc * now.exc, -times.bump.inh * now.inh);
  const Lanes margin = lanes_of(kMargin * now.m, kMargin * now.exc, kMargin * now.inh);
  Lanes at[kSegmentsPerPeriod + 1];
  for (std::size_t k = 0; k <= kSegmentsPerPeriod; ++k) {
    const Factors& there = times.at[segment + k];
    at[k] = lanes_of(there.m, there.exc, there.inh);
  }
  for (std::uint32_t i = stretch.begin; i < stretch.end; i += static_cast<std::uint32_t>(hn::Lanes(d))) {
    V m;
    V exc;
    V inh;
    V reserve;
    hn::LoadInterleaved4(d, &stretch.rows[i].m, m, exc, inh, reserve);
    if constexpr (kEpochBegins) {
      m = neurons::HWY_NAMESPACE::decayed(m, epoch.m);
      exc = neurons::HWY_NAMESPACE::decayed(exc, epoch.exc);
      inh = neurons::HWY_NAMESPACE::decayed(inh, epoch.inh);
    }
    const V from = hn::LoadU(d, stretch.infinity + i);
    V highest = hn::MulAdd(m, at[0].m, hn::MulAdd(exc, at[0].exc, inh * at[0].inh));
    for (std::size_t k = 1; k <= kSegmentsPerPeriod; ++k) {
      highest = hn::Max(highest, hn::MulAdd(m, at[k].m, hn::MulAdd(exc, at[k].exc, inh * at[k].inh)));
    }
    V above = hn::MulAdd(hn::Min(m, zero), bump.m, from);
    above = hn::MulAdd(hn::Min(exc, zero), bump.exc, above);
    above = hn::MulAdd(hn::Min(inh, zero), bump.inh, above);
    above = hn::MulAdd(hn::Abs(m), margin.m, above);
    above = hn::MulAdd(hn::Abs(exc), margin.exc, above);
    above = hn::MulAdd(hn::Abs(inh), margin.inh, above);
    above = hn::MulAdd(hn::Abs(from), hn::Set(d, kMargin), above);
    const auto refractory = reserve == hn::Set(d, kRefractory);
    const V renewed = hn::IfThenElse(refractory, reserve, highest + above);
    hn::StoreInterleaved4(m, exc, inh, renewed, d, &stretch.rows[i].m);
    if (HWY_UNLIKELY(!hn::AllFalse(d, renewed >= zero))) {
      for (unsigned bits = bits_of(renewed >= zero, hn::Lanes(d)); bits != 0; bits &= bits - 1) {
        near.push_back(i + static_cast<std::uint32_t>(std::countr_zero(bits)));
      }
    }
  }
}

}  // namespace va_event::neurons::near_spikes_currents::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
