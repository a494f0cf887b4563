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
  double h;                   ///< its length [ms]
  double lost_exc, lost_inh;  ///< of what a conductance is at its start, by its end
  double tau_exc, tau_inh;    ///< [ms]

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

/// Arrived::sum and Arrived::time of the neurons of one vector, which are cleared.
struct ArrivedLanes {
  HWY_INLINE explicit ArrivedLanes(float* arrived) {
    const Floats d;
    hn::LoadInterleaved2(d, arrived, sum, time);
    hn::StoreU(hn::Zero(d), d, arrived);
    hn::StoreU(hn::Zero(d), d, arrived + hn::Lanes(d));
  }
  F sum, time;
};

/// What new inhibition takes off u, at least. @param lowest, highest of u in the window @param x  h (1 + ge + gi)/tau_m
HWY_INLINE F taken_off(const Lanes& lanes, const Window& window, const ArrivedLanes& inh, F lowest, F highest, F x) {
  constexpr double kTimeUp = Arrived::kUp / Arrived::kDown;
  const Floats d;
  const double acting = 1.0 - window.h / (2.0 * window.tau_inh);  // of an input, at least
  const F y_inh = lanes[Bounds::kYInh];
  const F acted = lanes[Bounds::kResistance] * lanes[Bounds::kRateM] *
                  hn::Max(all(window.h * Window::kDown) * inh.sum - inh.time * all(kTimeUp * Window::kUp), hn::Zero(d));
  const F off = hn::Max(all(1.0) - x, hn::Zero(d)) * acted * all(acting > 0.0 ? acting * Window::kDown : 0.0) *
                ((lowest - y_inh) - all(1.01) * acted * (highest - y_inh));
  return hn::IfThenElseZero(off > hn::Zero(d), off * all(0.9999));
}

/// (1 - e^{-x})/x for x <= 1; what the series leaves out is below 3e-6.
HWY_INLINE F fraction_left(F x) {
  F phi = all(-1.0 / 40320);
  for (const double c : {1.0 / 5040, -1.0 / 720, 1.0 / 120, -1.0 / 24, 1.0 / 6, -0.5, 1.0}) {
    phi = hn::MulAdd(phi, x, all(c));
  }
  return phi;
}
/// The same for x <= 1/2 within 1e-7: interpolated at five Chebyshev nodes.
HWY_INLINE F fraction_left_of_half(F x) {
  F phi = all(0.0067828625554540774);
  for (const double c : {-0.04101321049098185, 0.16655192765428012, -0.4999928833780266, 0.9999999289375591}) {
    phi = hn::MulAdd(phi, x, all(c));
  }
  return phi;
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
  constexpr double kSteepOfHalf = 1.2975;  // e^x <= 1 + 1.2975 x for x <= 1/2
  constexpr double kSteep = 1.72;          // e^x <= 1 + 1.72 x for x <= 1
  const Window window(h, tau_exc, tau_inh);
  const Floats d;
  const F zero = all(0.0);
  const F one = all(1.0);
  const double least_mean = std::fmin(window.mean_exc(), window.mean_inh());
  const double most_fall = std::fmax(window.lost_exc, window.lost_inh) / least_mean * kUp;
  const F decay_exc = all((1.0 - window.lost_exc) * kUp);
  const F decay_inh = all((1.0 - window.lost_inh) * kDown);
  const F mean_exc = all(window.mean_exc() * kUp);
  const F mean_inh = all(window.mean_inh() * kDown);
  // e^{x/tau} lies below its chord and above its tangent.
  const F chord = all(std::expm1(h / tau_exc) / h * kUp);
  const F tangent = all(1.0 / tau_inh * kDown);
  const double hump = h / (8.0 * tau_exc) * kUp;
  const F hump_at_rest = all(hump);
  const F hump_steep = all(hump * kSteepOfHalf / least_mean * kUp);
  const F fast_limit = all(0.5 * least_mean * kDown);
  const F quarter_fall = all(0.25 * most_fall * kUp);
  const F rounding_of_x = all(kUp / least_mean);
  const F length = all(h);
  const F margin = all(-kMargin);
  const F negligible = all(kNegligible);
  std::vector<Counted> counted;
  for (const CountedInputs& inputs : counted_inputs) {
    counted.push_back({inputs.counts, inputs.weight, static_cast<float>(std::exp(inputs.by / tau_exc) * kUp)});
  }
  const std::size_t size = bounds.size();
  float* arrived_exc = &bounds.arrived_exc[0].sum;
  float* arrived_inh = &bounds.arrived_inh[0].sum;
  float* first = &bounds.u(0);
  std::size_t left = Bounds::kPadding;  // of the block
  for (std::size_t k = 0; k < size; k += hn::Lanes(d)) {
    const Lanes lanes{first};
    const ArrivedLanes excitation(arrived_exc);
    F exc = excitation.sum;
    F decayed = hn::MulAdd(excitation.time, chord, exc);
    for (const Counted& inputs : counted) {
      const hn::RebindToSigned<Floats> integers;
      const hn::Rebind<std::uint8_t, Floats> bytes;
      const F weight = hn::LoadU(d, inputs.weight + k) *
                       hn::ConvertTo(d, hn::PromoteTo(integers, hn::LoadU(bytes, inputs.counts + k)));
      exc = exc + weight;
      decayed = hn::MulAdd(weight, hn::Set(d, inputs.growth), decayed);
    }
    const F u = lanes[Bounds::kU];
    const F ge = lanes[Bounds::kGe];
    const F gi = lanes[Bounds::kGi];
    const F y_leak = lanes[Bounds::kYLeak];
    const F y_exc = lanes[Bounds::kYExc];
    const F y_inh = lanes[Bounds::kYInh];
    const F resistance = lanes[Bounds::kResistance];
    const F a = length * lanes[Bounds::kRateM];
    const F fresh = resistance * exc;

    // At the window's end.
    const F most_exc = ge + fresh;
    const F exc_here = hn::MulAdd(ge, mean_exc, fresh);
    const F inh_here = gi * mean_inh;
    const F conductance = (exc_here + inh_here) + one;
    const F drive = hn::MulAdd(exc_here, y_exc, hn::MulAdd(inh_here, y_inh, y_leak));
    const F rise = hn::NegMulAdd(conductance, u, drive);
    const F x = a * conductance;
    // How much the drive and, times u, the conductance fall.
    const F currents = hn::NegMulAdd(gi, y_inh, most_exc * y_exc);
    const F falls = quarter_fall * a;
    const F push = a * most_exc * (y_exc - y_inh);
    // The potentials' scale.
    const F rounding = lanes[Bounds::kRounding] * hn::MulAdd(x, rounding_of_x, one);
    F smooth = hn::MulAdd(a * fraction_left_of_half(x), rise, u);
    F slack = falls * x * (currents + hn::Abs(drive));
    F highest = hn::MulAdd(hn::MulAdd(x, hump_steep, hump_at_rest), push, hn::Max(u, smooth + slack));
    F end = smooth + slack + rounding;
    if (HWY_UNLIKELY(!hn::AllTrue(d, x <= fast_limit))) {
      // Later than x = 1 a rise has not passed its aim, and a fall has gone on.
      const auto near = x <= one;
      const F aim = drive / conductance;
      smooth = hn::IfThenElse(near, hn::MulAdd(a * fraction_left(x), rise, u),
                              hn::IfThenElse(rise > zero, aim, aim + (u - aim) * all(0.36788)));
      slack = falls * hn::MulAdd(currents, hn::Min(x, one), hn::Abs(drive) * x);
      const F least_inh = gi * decay_inh;
      const F most = hn::MulAdd(most_exc, y_exc, hn::MulAdd(least_inh, y_inh, y_leak)) / (one + most_exc + least_inh);
      const F humps = hn::MulAdd(x, all(hump * kSteep / least_mean * kUp), hump_at_rest);
      highest = hn::IfThenElse(x <= all(least_mean * kDown), hn::MulAdd(humps, push, hn::Max(u, smooth + slack)),
                               hn::Max(u, most));
      end = hn::Min(smooth + slack, highest) + rounding;
    }
    F new_inh = gi;
    const F sums = hn::LoadU(d, arrived_inh);
    const F more_sums = hn::LoadU(d, arrived_inh + hn::Lanes(d));
    if (!hn::AllTrue(d, hn::Or(sums, more_sums) == zero)) {
      const ArrivedLanes inhibition(arrived_inh);
      const F lowest = hn::Min(u, smooth - slack) - all(4.0) * falls * currents;
      end = end - taken_off(lanes, window, inhibition, lowest, highest, x);
      new_inh = hn::MulAdd(resistance, hn::MulAdd(inhibition.time, tangent, inhibition.sum), gi);
    }
    hn::StoreU(hn::Min(hn::Max(end, y_inh), zero), d, first + Bounds::kU * Bounds::kPadding);
    hn::StoreU(hn::MulAdd(decay_exc, hn::MulAdd(resistance, decayed, ge), negligible), d,
               first + Bounds::kGe * Bounds::kPadding);
    hn::StoreU(hn::Max(decay_inh * new_inh, negligible), d, first + Bounds::kGi * Bounds::kPadding);
    arrived_exc += 2 * hn::Lanes(d);
    arrived_inh += 2 * hn::Lanes(d);
    first += hn::Lanes(d);
    left -= hn::Lanes(d);
    if (left == 0) {
      first += Bounds::kPadding * (Bounds::kNumbers - 1);
      left = Bounds::kPadding;
    }

    const auto below = highest + rounding < margin;
    if (HWY_UNLIKELY(!hn::AllTrue(d, below))) {
      // The drive at threshold is at most that of the start's excitation and
      // the end's inhibition.
      const F most_drive = hn::MulAdd(most_exc, y_exc, hn::MulAdd(gi * decay_inh, y_inh, y_leak));
      const F rounded = all(2.0) * lanes[Bounds::kRounding] * (one + most_exc + gi);
      const auto falling = rounded + most_drive <= zero;
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
    (*this)(i, kRounding) = 0.0F;
  }
}

void Bounds::set_constants(std::size_t i, const IfCondExpKernel<double>::Constants& c) {
  (*this)(i, kResistance) = static_cast<float>(c.resistance);
  (*this)(i, kRateM) = static_cast<float>(c.rate_m);
  (*this)(i, kYLeak) = static_cast<float>(c.y_leak);
  (*this)(i, kYExc) = static_cast<float>(c.y_exc);
  (*this)(i, kYInh) = static_cast<float>(c.y_inh);
  // u itself is not below y_inh.
  const double potentials = std::fmax(c.y_exc - 2.0 * c.y_inh, std::fabs(c.y_leak) - c.y_inh);
  (*this)(i, kRounding) = static_cast<float>(kRoundingOfPotentials * potentials);
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
