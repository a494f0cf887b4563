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
  double h;  ///< its length [ms]
  double lost_exc,
      lost_inh;             ///< of what a conductance is at its start, by its end
  double tau_exc, tau_inh;  ///< [ms]

  /// The mean of a conductance over the window, in units of that at its start.
  [[nodiscard]] double mean_exc() const { return lost_exc * tau_exc / h; }
  [[nodiscard]] double mean_inh() const { return lost_inh * tau_inh / h; }
};

/// The numbers of the neurons of one vector.
struct Lanes {
  const float* first;
  [[nodiscard]] HWY_INLINE F operator[](Bounds::Number number) const {
    return hn::LoadU(Floats(), first + number * Bounds::kPadding);
  }
};

/// What new inhibition takes off u, at least. @param lowest, highest of u in
/// the window @param x  h (1 + ge + gi)/tau_m
HWY_INLINE F taken_off(const Lanes& lanes, const Window& window, F inh, F inh_time, F lowest, F highest, F x) {
  const Floats d;
  const double acting = 1.0 - window.h / (2.0 * window.tau_inh);  // of an input, at least
  const F y_inh = lanes[Bounds::kYInh];
  const F acted = lanes[Bounds::kResistance] * lanes[Bounds::kRateM] *
                  hn::Max(all(window.h * Window::kSumDown) * inh - inh_time * all(Window::kSumUp), hn::Zero(d));
  const F off = hn::Max(all(1.0) - x, hn::Zero(d)) * acted * all(acting > 0.0 ? acting * Window::kDown : 0.0) *
                ((lowest - y_inh) - all(1.01) * acted * (highest - y_inh));
  return hn::IfThenElseZero(off > hn::Zero(d), off * all(0.9999));
}

/// CountedInputs, with how much more a weight is than what remains of it at the
/// window's end, where it has decayed.
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
  const F falling_conductance = all(std::fmax(window.lost_exc, window.lost_inh) / least_mean * kUp);
  const F length = all(h);
  const F margin = all(-kMargin);
  const F negligible = all(kNegligible);
  std::vector<Counted> counted;
  for (const CountedInputs& inputs : counted_inputs) {
    counted.push_back({inputs.counts, inputs.weight, static_cast<float>(std::exp(inputs.by / tau_exc) * kUp)});
  }
  const std::size_t size = bounds.size();
  float* const arrived_exc = &bounds.arrived_exc[0].sum;
  float* const arrived_inh = &bounds.arrived_inh[0].sum;
  float* const numbers = &bounds.u(0);
  for (std::size_t k = 0; k < size; k += hn::Lanes(d)) {
    float* const first = numbers + k / Bounds::kPadding * (Bounds::kPadding * Bounds::kNumbers) + k % Bounds::kPadding;
    const Lanes lanes{first};
    F exc, exc_time;
    hn::LoadInterleaved2(d, arrived_exc + 2 * k, exc, exc_time);
    hn::StoreU(zero, d, arrived_exc + 2 * k);
    hn::StoreU(zero, d, arrived_exc + 2 * k + hn::Lanes(d));
    const F u = lanes[Bounds::kU];
    const F ge = lanes[Bounds::kGe];
    const F gi = lanes[Bounds::kGi];
    const F y_leak = lanes[Bounds::kYLeak];
    const F y_exc = lanes[Bounds::kYExc];
    const F y_inh = lanes[Bounds::kYInh];
    const F a = length * lanes[Bounds::kRateM];
    F decayed = hn::MulAdd(exc_time, chord, exc);
    for (const Counted& inputs : counted) {
      const hn::RebindToSigned<Floats> integers;
      const hn::Rebind<std::uint8_t, Floats> bytes;
      const F weight = hn::LoadU(d, inputs.weight + k) *
                       hn::ConvertTo(d, hn::PromoteTo(integers, hn::LoadU(bytes, inputs.counts + k)));
      exc = exc + weight;
      decayed = hn::MulAdd(weight, hn::Set(d, inputs.growth), decayed);
    }
    const F resistance = lanes[Bounds::kResistance] * sum_up;
    const F fresh = resistance * exc;

    // At the window's end.
    const F exc_here = hn::MulAdd(ge, mean_exc, fresh);
    const F inh_here = gi * mean_inh;
    const F conductance = one + exc_here + inh_here;
    const F pull = gi * y_inh;
    const F drive = hn::MulAdd(exc_here, y_exc, hn::MulAdd(pull, mean_inh, y_leak));
    const F rise = hn::NegMulAdd(conductance, u, drive);
    const F x = a * conductance;
    // (1 - e^{-x})/x for x <= 1; what the series leaves out is below 3e-6.
    F phi = all(-1.0 / 40320);
    for (const double c : {1.0 / 5040, -1.0 / 720, 1.0 / 120, -1.0 / 24, 1.0 / 6, -0.5, 1.0}) {
      phi = hn::MulAdd(phi, x, all(c));
    }
    const F push = (ge + fresh) * (y_exc - y_inh);
    // 1 + ge + gi falls by at most falling_conductance x/a.
    const F falls = hn::NegMulAdd(pull, fall_inh, ge * fall_exc * y_exc);
    const F drop = hn::Abs(drive) * falling_conductance;
    const F quarter = all(0.25 * kUp) * a;
    F slack = quarter * x * (falls + drop);
    // The potentials' scale, -u <= -y_inh included.
    const F potentials = push + hn::NegMulAdd(all(2.0), pull, hn::Abs(y_leak)) - y_inh;
    const F rounding = all(4e-6) * hn::MulSub(a, potentials, y_inh);
    F smooth = hn::MulAdd(a * phi, rise, u);
    F highest = hn::MulAdd(hump * a * push, hn::MulAdd(x, steep, one), hn::Max(u, smooth + slack));
    F end = smooth + slack + rounding;
    if (HWY_UNLIKELY(!hn::AllTrue(d, x <= limit))) {
      // Later than x = 1 a rise has not passed its aim, and a fall has gone on.
      const auto near = x <= one;
      const F aim = drive / conductance;
      smooth = hn::IfThenElse(near, smooth, hn::IfThenElse(rise > zero, aim, aim + (u - aim) * all(0.36788)));
      slack = quarter * hn::MulAdd(falls, hn::Min(x, one), drop * x);
      const F least_inh = gi * decay_inh;
      const F most_exc = ge + fresh;
      const F most = hn::MulAdd(most_exc, y_exc, hn::MulAdd(least_inh, y_inh, y_leak)) / (one + most_exc + least_inh);
      highest = hn::IfThenElse(x <= limit, highest, hn::Max(u, most));
      end = hn::Min(smooth + slack, highest) + rounding;
    }
    F new_inh = gi;
    const F sums = hn::LoadU(d, arrived_inh + 2 * k);
    const F more_sums = hn::LoadU(d, arrived_inh + 2 * k + hn::Lanes(d));
    if (!hn::AllTrue(d, hn::Or(sums, more_sums) == zero)) {
      F inh, inh_time;
      hn::LoadInterleaved2(d, arrived_inh + 2 * k, inh, inh_time);
      const F lowest = hn::Min(u, smooth - slack) - a * falls;
      end = end - taken_off(lanes, window, inh, inh_time, lowest, highest, x);
      new_inh = hn::MulAdd(lanes[Bounds::kResistance] * sum_down, hn::MulAdd(inh_time, tangent, inh), gi);
      hn::StoreU(zero, d, arrived_inh + 2 * k);
      hn::StoreU(zero, d, arrived_inh + 2 * k + hn::Lanes(d));
    }
    hn::StoreU(hn::Min(hn::Max(end, y_inh), zero), d, first + Bounds::kU * Bounds::kPadding);
    hn::StoreU(hn::Max(decay_exc * hn::MulAdd(resistance, decayed, ge), negligible), d,
               first + Bounds::kGe * Bounds::kPadding);
    hn::StoreU(hn::Max(decay_inh * new_inh, negligible), d, first + Bounds::kGi * Bounds::kPadding);

    const auto below = highest + rounding < margin;
    if (HWY_UNLIKELY(!hn::AllTrue(d, below))) {
      // The drive at threshold is at most that of the start's excitation and
      // the end's inhibition.
      const F most_drive = hn::MulAdd(ge + fresh, y_exc, hn::MulAdd(pull, decay_inh, y_leak));
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
  const std::size_t before = arrived_exc.size();
  const std::size_t padded = (neurons + kPadding - 1) / kPadding * kPadding;
  arrived_exc.resize(padded);
  arrived_inh.resize(padded);
  numbers_.resize(padded * kNumbers);
  for (std::size_t i = before; i < padded; ++i) {
    u(i) = kHeld;
    ge(i) = gi(i) = kNegligible;
    for (const Number number : {kResistance, kRateM, kYExc}) {
      (*this)(i, number) = 1.0F;
    }
    (*this)(i, kYLeak) = (*this)(i, kYInh) = -1.0F;
  }
}

void take_over(Bounds& bounds, std::span<const CountedInputs> counted, double h, double tau_exc, double tau_inh,
               std::vector<std::uint32_t>& flagged) {
  if (bounds.size() == 0) {
    return;
  }
  HWY_DYNAMIC_DISPATCH(take_over_lanes)
  (bounds, counted, h, tau_exc, tau_inh, flagged);
}

FilterTrial& filter_trial() {
  static FilterTrial trial;
  return trial;
}

}  // namespace va_event::neurons::order_free_conductances
#endif
