// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set (Highway's foreach_target.h), hence no #pragma once.
#if defined(VA_EVENT_NEURONS_LANES_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef VA_EVENT_NEURONS_LANES_INL_HPP
#undef VA_EVENT_NEURONS_LANES_INL_HPP
#else
#define VA_EVENT_NEURONS_LANES_INL_HPP
#endif

#include "neurons/state.hpp"
#include "numerics/lanes-inl.hpp"

/// The vector form of state.hpp: a lane performs the operations of the scalar form in its order.
HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
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

}  // namespace va_event::neurons::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
