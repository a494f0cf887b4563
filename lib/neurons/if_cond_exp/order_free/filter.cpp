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
#include <span>
#include <vector>

#include "neurons/if_cond_exp/order_free/filter.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::order_free_conductances::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using Floats = hn::ScalableTag<float>;
using F = hn::Vec<Floats>;

HWY_INLINE F all(double x) { return hn::Set(Floats(), static_cast<float>(x)); }

/// What all neurons have in common in a window.
struct Window {
  Window(double length, double tau_e, double tau_i)
      : h(length),
        lost_exc(-std::expm1(-length / tau_e)),
        lost_inh(-std::expm1(-length / tau_i)),
        tau_exc(tau_e),
        tau_inh(tau_i) {}
  static constexpr double kUp = 1.0 + 2e-6;
  static constexpr double kDown = 1.0 - 2e-6;
  static constexpr double kSumUp = 1.0 + 5e-5;  // of some hundred floats
  static constexpr double kSumDown = 1.0 - 5e-5;
  double h;                   ///< its length [ms]
  double lost_exc, lost_inh;  ///< of what a conductance is at its start, by its end
  double tau_exc, tau_inh;    ///< [ms]

  /// The mean of a conductance over the window, in units of that at its start.
  [[nodiscard]] double mean_exc() const { return lost_exc * tau_exc / h; }
  [[nodiscard]] double mean_inh() const { return lost_inh * tau_inh / h; }
};

/// Neurons of one vector, whose numbers are loaded where they are needed.
struct Lanes {
  const Bounds& bounds;
  std::size_t first;
  [[nodiscard]] HWY_INLINE F at(const foundation::LargeVector<float>& numbers) const {
    return hn::LoadU(Floats(), numbers.data() + first);
  }
};

/// What new inhibition takes off u, at least. @param lowest, highest of u in the window @param x  h (1 + ge + gi)/tau_m
HWY_NOINLINE F taken_off(const Lanes& lanes, const Window& window, F lowest, F highest, F x) {
  const Floats d;
  F inh, inh_time;
  hn::LoadInterleaved2(d, &lanes.bounds.arrived_inh[lanes.first].sum, inh, inh_time);
  const double acting = 1.0 - window.h / (2.0 * window.tau_inh);  // of an input, at least
  const F y_inh = lanes.at(lanes.bounds.y_inh);
  const F acted = lanes.at(lanes.bounds.resistance) * lanes.at(lanes.bounds.rate_m) *
                  hn::Max(all(window.h * Window::kSumDown) * inh - inh_time * all(Window::kSumUp), hn::Zero(d));
  const F off = hn::Max(all(1.0) - x, hn::Zero(d)) * acted * all(acting > 0.0 ? acting * Window::kDown : 0.0) *
                ((lowest - y_inh) - all(1.01) * acted * (highest - y_inh));
  return hn::IfThenElseZero(off > hn::Zero(d), off * all(0.9999));
}

/// CountedInputs, with how much more a weight is than what remains of it at the window's end, where it has decayed.
struct Counted {
  const std::uint8_t* counts;
  const float* weight;
  float growth;
};

void take_over_lanes(Bounds& bounds, std::span<const CountedInputs> counted_inputs, double h, double tau_exc,
                     double tau_inh, std::vector<std::uint32_t>& flagged) {
  constexpr double kUp = Window::kUp;
  constexpr double kDown = Window::kDown;
  const Window window(h, tau_exc, tau_inh);
  const Floats d;
  const F zero = all(0.0);
  const F one = all(1.0);
  const double least_mean = std::fmin(window.mean_exc(), window.mean_inh());
  const F decay_exc = all((1.0 - window.lost_exc) * kUp);
  const F decay_inh = all((1.0 - window.lost_inh) * kDown);
  const F mean_exc = all(window.mean_exc() * kUp);
  const F mean_inh = all(window.mean_inh() * kDown);
  const F fall_exc = all(window.lost_exc * kUp);
  const F fall_inh = all(window.lost_inh * kUp);
  // e^{x/tau} lies below its chord and above its tangent.
  const F chord = all(std::expm1(h / tau_exc) / h * kUp);
  const F tangent = all(1.0 / tau_inh * kDown);
  const F sum_up = all(Window::kSumUp);
  const F sum_down = all(Window::kSumDown);
  const F hump = all(h / (8.0 * tau_exc) * kUp);
  const F steep = all(1.72 / least_mean * kUp);
  const F limit = all(least_mean * kDown);
  const F length = all(h);
  const F margin = all(-kMargin);
  const F negligible = all(kNegligible);
  std::vector<Counted> counted;
  for (const CountedInputs& inputs : counted_inputs) {
    counted.push_back({inputs.counts, inputs.weight, static_cast<float>(std::exp(inputs.by / tau_exc) * kUp)});
  }
  for (std::size_t k = 0; k < bounds.u.size(); k += hn::Lanes(d)) {
    const Lanes lanes{bounds, k};
    F exc, exc_time;
    hn::LoadInterleaved2(d, &bounds.arrived_exc[k].sum, exc, exc_time);
    hn::StoreU(zero, d, &bounds.arrived_exc[k].sum);
    hn::StoreU(zero, d, &bounds.arrived_exc[k].sum + hn::Lanes(d));
    const F u = lanes.at(bounds.u);
    const F ge = lanes.at(bounds.ge);
    const F gi = lanes.at(bounds.gi);
    const F resistance = lanes.at(bounds.resistance);
    const F y_leak = lanes.at(bounds.y_leak);
    const F y_exc = lanes.at(bounds.y_exc);
    const F y_inh = lanes.at(bounds.y_inh);
    const F a = length * lanes.at(bounds.rate_m);
    F decayed = hn::MulAdd(exc_time, chord, exc);
    for (const Counted& inputs : counted) {
      const hn::RebindToSigned<Floats> integers;
      const hn::Rebind<std::uint8_t, Floats> bytes;
      const F weight = hn::LoadU(d, inputs.weight + k) *
                       hn::ConvertTo(d, hn::PromoteTo(integers, hn::LoadU(bytes, inputs.counts + k)));
      exc = exc + weight;
      decayed = hn::MulAdd(weight, hn::Set(d, inputs.growth), decayed);
    }
    const F fresh = resistance * exc * sum_up;

    // At the window's end.
    const F exc_here = hn::MulAdd(ge, mean_exc, fresh);
    const F inh_here = gi * mean_inh;
    const F conductance = one + exc_here + inh_here;
    const F drive = hn::MulAdd(exc_here, y_exc, hn::MulAdd(inh_here, y_inh, y_leak));
    const F rise = hn::NegMulAdd(conductance, u, drive);
    const F x = a * conductance;
    // (1 - e^{-x})/x for x <= 1; what the series leaves out is below 3e-6.
    F phi = all(-1.0 / 40320);
    for (const double c : {1.0 / 5040, -1.0 / 720, 1.0 / 120, -1.0 / 24, 1.0 / 6, -0.5, 1.0}) {
      phi = hn::MulAdd(phi, x, all(c));
    }
    const F most_exc = ge + fresh;
    const F fall_of_exc = ge * fall_exc;
    const F fall_of_inh = gi * fall_inh;
    const F falls = hn::NegMulAdd(fall_of_inh, y_inh, fall_of_exc * y_exc);
    const F slack =
        all(0.25 * kUp) * a * hn::MulAdd(falls, hn::Min(x, one), hn::Abs(drive) * a * (fall_of_exc + fall_of_inh));
    const F potentials = hn::MulAdd(most_exc, y_exc, hn::NegMulAdd(gi, y_inh, hn::Abs(y_leak)));
    const F rounding = all(4e-6) * (a * hn::NegMulAdd(u, one + most_exc + gi, potentials) - u);
    F smooth = hn::MulAdd(a * phi, rise, u);
    F highest = hn::Max(u, smooth + slack) + hump * a * most_exc * (y_exc - y_inh) * hn::MulAdd(x, steep, one);
    if (HWY_UNLIKELY(!hn::AllTrue(d, x <= limit))) {
      // Later than x = 1 a rise has not passed its aim, and a fall has gone on.
      const auto near = x <= one;
      const F aim = drive / conductance;
      smooth = hn::IfThenElse(near, smooth, hn::IfThenElse(rise > zero, aim, aim + (u - aim) * all(0.36788)));
      const F least_inh = gi * decay_inh;
      const F most = hn::MulAdd(most_exc, y_exc, hn::MulAdd(least_inh, y_inh, y_leak)) / (one + most_exc + least_inh);
      highest = hn::IfThenElse(x <= limit, highest, hn::Max(u, most));
    }
    F end = hn::Min(smooth + slack, highest) + rounding;
    const F new_exc = resistance * sum_up * decayed;
    F next_inh = gi;
    const float* const inh_sums = &bounds.arrived_inh[k].sum;
    const F inh_any = hn::Or(hn::LoadU(d, inh_sums), hn::LoadU(d, inh_sums + hn::Lanes(d)));
    if (!hn::AllTrue(d, inh_any == zero)) {
      const F lowest = hn::Min(u, smooth - slack) - a * falls;
      end = end - taken_off(lanes, window, lowest, highest, x);
      F inh, inh_time;
      hn::LoadInterleaved2(d, inh_sums, inh, inh_time);
      next_inh = hn::MulAdd(resistance * sum_down, hn::MulAdd(inh_time, tangent, inh), gi);
      hn::StoreU(zero, d, &bounds.arrived_inh[k].sum);
      hn::StoreU(zero, d, &bounds.arrived_inh[k].sum + hn::Lanes(d));
    }
    const F next_exc = decay_exc * (ge + new_exc);
    next_inh = decay_inh * next_inh;
    hn::StoreU(hn::Min(hn::Max(end, y_inh), zero), d, bounds.u.data() + k);
    hn::StoreU(hn::Max(next_exc, negligible), d, bounds.ge.data() + k);
    hn::StoreU(hn::IfThenZeroElse(next_inh < negligible, next_inh), d, bounds.gi.data() + k);

    const auto below = highest + rounding < margin;
    if (HWY_UNLIKELY(!hn::AllTrue(d, below))) {
      // The drive at threshold is at most that of the start's excitation and the end's inhibition.
      const F most_drive = hn::MulAdd(most_exc, y_exc, hn::MulAdd(gi * decay_inh, y_inh, y_leak));
      const auto falling = hn::MulAdd(all(1e-5), potentials, most_drive) <= zero;
      std::uint8_t bits[HWY_MAX_BYTES / sizeof(float) / 8 + 8] = {};
      hn::StoreMaskBits(d, hn::Not(hn::Or(below, falling)), bits);
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
  arrived_exc.resize(padded);
  arrived_inh.resize(padded);
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

void take_over(Bounds& bounds, std::span<const CountedInputs> counted, double h, double tau_exc, double tau_inh,
               std::vector<std::uint32_t>& flagged) {
  HWY_DYNAMIC_DISPATCH(take_over_lanes)(bounds, counted, h, tau_exc, tau_inh, flagged);
}

FilterTrial& filter_trial() {
  static FilterTrial trial;
  return trial;
}

}  // namespace va_event::neurons::order_free_conductances
#endif
