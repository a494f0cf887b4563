// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set (Highway's foreach_target.h), hence no #pragma once.
#if defined(VA_EVENT_NEURONS_LANES_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef VA_EVENT_NEURONS_LANES_INL_HPP
#undef VA_EVENT_NEURONS_LANES_INL_HPP
#else
#define VA_EVENT_NEURONS_LANES_INL_HPP
#endif

#include <cstddef>
#include <limits>

#include "neurons/safe_interval.hpp"
#include "neurons/state.hpp"
#include "numerics/lanes-inl.hpp"

/// The vector forms of state.hpp and safe_interval.hpp: a lane performs the operations of the scalar form in its order.
HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using numerics::HWY_NAMESPACE::append;
using numerics::HWY_NAMESPACE::bits_of;
using numerics::HWY_NAMESPACE::Doubles;
using numerics::HWY_NAMESPACE::exp;
using numerics::HWY_NAMESPACE::expm1;
using numerics::HWY_NAMESPACE::kPadding;
using numerics::HWY_NAMESPACE::V;

/// decayed() of state.hpp.
template <class Vector>
HWY_INLINE Vector decayed(Vector value, Vector factor) {
  const Vector result = value * factor;
  return hn::IfThenZeroElse(hn::Abs(result) < hn::Set(hn::DFromV<Vector>(), kFlushBelow<double>), result);
}

/// Copies a record in vectors, one or two of them instead of four numbers.
HWY_INLINE void copy_row(const State<double>& from, State<double>& to) {
  const Doubles d;
  for (std::size_t k = 0; k < 4; k += hn::Lanes(d)) {
    hn::Store(hn::Load(d, &from.y + k), d, &to.y + k);
  }
}

/// A SafeInterval in each lane.
template <class Vector>
struct SafeLanes {
  Vector duration;
  hn::Mask<hn::DFromV<Vector>> by_sign;
};

/// safe_interval() of safe_interval.hpp.
template <class Vector>
HWY_INLINE SafeLanes<Vector> safe_interval(Vector distance, Vector drive, Vector conductance, Vector tau_m,
                                           Vector scale) {
  const hn::DFromV<Vector> d;
  const Vector zero = hn::Zero(d);
  const Vector infinity = hn::Set(d, std::numeric_limits<double>::infinity());
  const Vector u = distance - hn::Set(d, kSafetyMargin * std::numeric_limits<double>::epsilon()) * (scale + distance);
  const Vector two = hn::Set(d, 2.0);
  const Vector bound = hn::Set(d, kShrink<double>) * (two * u * tau_m) / (two * drive + conductance * u);
  const auto below = distance > zero;
  const auto by_sign = hn::And(below, drive <= zero);
  return {hn::IfThenElse(by_sign, infinity, hn::IfThenElseZero(u > zero, bound)), by_sign};
}

}  // namespace va_event::neurons::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
