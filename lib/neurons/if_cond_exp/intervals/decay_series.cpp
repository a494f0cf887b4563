// SPDX-License-Identifier: Apache-2.0
// Scalar code, compiled for every instruction set because of its fused multiplications and additions: as calls of the C
// library, which is what std::fma is without them, they would take most of the time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neurons/if_cond_exp/intervals/decay_series.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>
// clang-format on
#include <cmath>
#include <cstddef>

#include "neurons/if_cond_exp/intervals/decay_series.hpp"
#include "numerics/elementary.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::decay_series::HWY_NAMESPACE {
namespace {

/// decay_series.hpp has the formulas. The recurrence runs on the terms a_k X^k, so that no powers are computed apart:
/// all its constants carry the powers of X = `x` that they need. `lost` is -M(h) less the leak, over kappa: gs e + gf e
/// for n = 1, gs e + gf (e + e^2/2) for n = 2, with e = e^{-h/tau_slow} - 1.
/// @tparam ratio  n: 1 or 2
template <int ratio>
HWY_INLINE Transfer<double> transfer_for(const Shape& shape, double rate_m, const Start& start, double h, int terms) {
  const double e = numerics::elementary::expm1_fused(-h * shape.rate_slow);
  const double x = -e / (2.0 + e);
  const double middle = 1.0 + 0.5 * e;
  const double gs = start.gs * middle;
  const double gf = ratio == 2 ? start.gf * (middle * middle) : start.gf * middle;
  const double lost = ratio == 2 ? start.gs * e + start.gf * (e + (0.5 * e) * e) : (start.gs + start.gf) * e;
  const double factor = numerics::elementary::exp_fused(shape.kappa * lost - h * rate_m);
  const double slow = gs * start.y_slow;
  const double fast = gf * start.y_fast;
  const double kx = shape.kappa * x;
  const double kx2 = kx * x;
  const double kx3 = kx2 * x;
  double a = kx * ((1.0 + gs) + gf);  // x (c0 - n), n = 0, 1, ...
  const double c1 = kx2 * (gs + ratio * gf);
  const double c2 = kx3 * gf;  // (1 + x)^n = 1 + n x + (n - 1) x^2
  double before = 0.0;         // `before`, `last`, `now`: the terms of orders n - 2, n - 1 and n
  double last = -(kx * ((start.y_leak + slow) + fast));
  a -= x;
  double now = (a * last - kx2 * (slow + ratio * fast)) * numerics::kInverse[2];
  double odd = last;
  double even = now;
  for (int n = 2; n < terms; ++n) {
    a -= x;
    double rest = c1 * last;
    if constexpr (ratio == 2) {
      rest = std::fma(c2, before, rest);
      if (n == 2) {
        rest -= kx3 * fast;
      }
    }
    const double inverse = numerics::kInverse[static_cast<std::size_t>(n + 1)];
    const double next = std::fma(a * inverse, now, rest * inverse);
    before = last;
    last = now;
    now = next;
    (n % 2 == 0 ? odd : even) += now;
  }
  return {factor, (even - odd) - factor * (even + odd)};
}

Transfer<double> transfer_here(const Shape& shape, double rate_m, const Start& start, double h, const Order& order) {
  return shape.ratio == 1 ? transfer_for<1>(shape, rate_m, start, h, order.terms)
                          : transfer_for<2>(shape, rate_m, start, h, order.terms);
}

}  // namespace
}  // namespace va_event::neurons::decay_series::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::neurons::decay_series {

HWY_EXPORT(transfer_here);

Transfer<double> transfer(const Shape& shape, double rate_m, const Start& start, double h, const Order& order) {
  return HWY_DYNAMIC_DISPATCH(transfer_here)(shape, rate_m, start, h, order);
}

}  // namespace va_event::neurons::decay_series
#endif
