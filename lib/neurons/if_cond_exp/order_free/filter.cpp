// SPDX-License-Identifier: Apache-2.0
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS VA_EVENT_SIZELESS_TARGETS
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neurons/if_cond_exp/order_free/filter.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>
// clang-format on
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "neurons/if_cond_exp/order_free/filter.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::order_free_conductances::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using Floats = hn::ScalableTag<float>;
using F = hn::Vec<Floats>;

HWY_INLINE F all(double x) { return hn::Set(Floats(), static_cast<float>(x)); }

/// u after a time over which the drive and the conductance are constant. @param a  the time over tau_m
HWY_INLINE F step(F u, F drive, F conductance, F a) {
  const F x = a * conductance;
  // (1 - e^{-x})/x for x <= 1; what the series leaves out is below 3e-6.
  F phi = all(-1.0 / 40320);
  for (const double c : {1.0 / 5040, -1.0 / 720, 1.0 / 120, -1.0 / 24, 1.0 / 6, -0.5, 1.0}) {
    phi = hn::MulAdd(phi, x, all(c));
  }
  const F rise = drive - conductance * u;
  const F near = u + a * phi * rise;
  if (HWY_LIKELY(hn::AllTrue(Floats(), x <= all(1.0)))) {
    return near;
  }
  // Later than x = 1 a rise has not passed its aim, and a fall has gone on.
  const F aim = drive / conductance;
  const F far = hn::IfThenElse(rise > all(0.0), aim, aim + (u - aim) * all(0.36788));
  return hn::IfThenElse(x <= all(1.0), near, far);
}

void take_over_lanes(Bounds& bounds, double h, double tau_exc, double tau_inh, std::vector<std::uint32_t>& flagged) {
  constexpr double kUp = 1.0 + 2e-6;
  constexpr double kDown = 1.0 - 2e-6;
  constexpr double kSumUp = 1.0 + 5e-5;  // of some hundred floats
  constexpr double kSumDown = 1.0 - 5e-5;
  const Floats d;
  const F zero = all(0.0);
  const F one = all(1.0);
  const double lost_exc = -std::expm1(-h / tau_exc);
  const double lost_inh = -std::expm1(-h / tau_inh);
  const F decay_exc = all((1.0 - lost_exc) * kUp);
  const F decay_inh = all((1.0 - lost_inh) * kDown);
  const F mean_exc = all(lost_exc * tau_exc / h * kUp);
  const F mean_inh = all(lost_inh * tau_inh / h * kDown);
  const F fall_exc = all(lost_exc * kUp);
  const F fall_inh = all(lost_inh * kUp);
  // e^{x/tau} lies below its chord and above its tangent.
  const F chord = all(std::expm1(h / tau_exc) / h * kUp);
  const F tangent = all(1.0 / tau_inh * kDown);
  const F window = all(h * kSumDown);
  const double acting = 1.0 - h / (2.0 * tau_inh);  // of an inhibitory input, at least
  const F acting_inh = all(acting > 0.0 ? acting * kDown : 0.0);
  const F length = all(h);
  for (std::size_t k = 0; k < bounds.u.size(); k += hn::Lanes(d)) {
    F exc, exc_time, inh, inh_time;
    hn::LoadInterleaved4(d, &bounds.arrived[k].exc, exc, exc_time, inh, inh_time);
    hn::StoreInterleaved4(zero, zero, zero, zero, d, &bounds.arrived[k].exc);
    const auto at = [k](const foundation::LargeVector<float>& numbers)
                        HWY_ATTR { return hn::LoadU(Floats(), numbers.data() + k); };
    const F u = at(bounds.u);
    const F ge = at(bounds.ge);
    const F gi = at(bounds.gi);
    const F resistance = at(bounds.resistance);
    const F rate_m = at(bounds.rate_m);
    const F y_leak = at(bounds.y_leak);
    const F y_exc = at(bounds.y_exc);
    const F y_inh = at(bounds.y_inh);
    const F a = length * rate_m;
    const F fresh = resistance * exc * all(kSumUp);

    // The most within the window.
    const F most_exc = ge + fresh;
    const F least_inh = gi * decay_inh;
    const F synaptic = most_exc * y_exc;
    const F drive = y_leak + synaptic + least_inh * y_inh;
    const F potentials = hn::Abs(y_leak) + synaptic - least_inh * y_inh;
    const F highest = step(u, drive, one + most_exc + least_inh, a);
    const F rounding = all(4e-6) * (a * (potentials - u * (one + most_exc + gi)) - u);
    const auto below = hn::And(u < all(-kMargin), highest + rounding < all(-kMargin));
    const auto falling = drive + all(1e-5) * potentials <= zero;
    const auto safe = hn::Or(below, falling);

    // At its end.
    const F exc_here = hn::MulAdd(ge, mean_exc, fresh);
    const F inh_here = gi * mean_inh;
    const F drive_here = y_leak + exc_here * y_exc + inh_here * y_inh;
    const F conductance = one + exc_here + inh_here;
    const F x = a * conductance;
    const F fall_of_exc = ge * fall_exc;
    const F fall_of_inh = gi * fall_inh;
    const F ranges = (fall_of_exc * y_exc - fall_of_inh * y_inh) * hn::Min(x, one) +
                     hn::Abs(drive_here) * a * (fall_of_exc + fall_of_inh);
    const F slack = all(0.25 * kUp) * a * ranges;
    const F smooth = step(u, drive_here, conductance, a);
    const F acted = resistance * rate_m * hn::Max(window * inh - inh_time * all(kSumUp), zero);
    const F lower = hn::Min(u, smooth - slack) - a * (fall_of_exc * y_exc - fall_of_inh * y_inh) - y_inh;
    const F upper = hn::Max(u, highest) - y_inh;
    const F off = hn::Max(one - x, zero) * acted * acting_inh * (lower - all(1.01) * acted * upper);
    F end = hn::Min(smooth + slack - hn::IfThenElseZero(off > zero, off * all(0.9999)), highest) + rounding;
    end = hn::IfThenElse(end < y_inh, y_inh, end);
    end = hn::IfThenElse(end < zero, end, zero);
    hn::StoreU(end, d, bounds.u.data() + k);
    const F new_exc = resistance * all(kSumUp) * hn::MulAdd(exc_time, chord, exc);
    const F new_inh = resistance * all(kSumDown) * hn::MulAdd(inh_time, tangent, inh);
    const F negligible = all(kNegligible);
    const F next_exc = decay_exc * (ge + new_exc);
    const F next_inh = decay_inh * (gi + new_inh);
    hn::StoreU(hn::IfThenElse(next_exc < negligible, negligible, next_exc), d, bounds.ge.data() + k);
    hn::StoreU(hn::IfThenZeroElse(next_inh < negligible, next_inh), d, bounds.gi.data() + k);
    if (HWY_UNLIKELY(!hn::AllTrue(d, safe))) {
      std::uint8_t bits[HWY_MAX_BYTES / sizeof(float) / 8 + 8] = {};
      hn::StoreMaskBits(d, hn::Not(safe), bits);
      for (std::size_t lane = 0; lane < hn::Lanes(d); ++lane) {
        if ((bits[lane / 8] >> (lane % 8) & 1U) != 0) {
          flagged.push_back(static_cast<std::uint32_t>(k + lane));
        }
      }
    }
  }
}

}  // namespace
}  // namespace va_event::neurons::order_free_conductances::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::neurons::order_free_conductances {

HWY_EXPORT(take_over_lanes);

void Bounds::resize(std::size_t neurons) {
  const std::size_t padded = (neurons + kPadding - 1) / kPadding * kPadding;
  arrived.resize(padded);
  for (auto* numbers : {&ge, &gi}) {
    numbers->resize(padded, 0.0F);
  }
  u.resize(padded, kHeld);
  for (auto* numbers : {&resistance, &rate_m, &y_exc}) {
    numbers->resize(padded, 1.0F);
  }
  y_leak.resize(padded, -1.0F);
  y_inh.resize(padded, -1.0F);
}

void take_over(Bounds& bounds, double h, double tau_exc, double tau_inh, std::vector<std::uint32_t>& flagged) {
  HWY_DYNAMIC_DISPATCH(take_over_lanes)(bounds, h, tau_exc, tau_inh, flagged);
}

FilterTrial& filter_trial() {
  static FilterTrial trial;
  return trial;
}

}  // namespace va_event::neurons::order_free_conductances
#endif
