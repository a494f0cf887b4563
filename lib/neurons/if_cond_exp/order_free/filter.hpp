// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "foundation/large_pages.hpp"
#include "neurons/if_cond_exp/if_cond_exp.hpp"

/// Which neurons may reach their threshold in a window: an upper bound u of y =
/// v - v_thresh in single precision. It decides who is looked at, and has no
/// part in any result.
///
/// For e_rev_I < v_thresh < e_rev_E and y in [y_inh, 0] the slope of v grows
/// with the excitatory conductance and falls with the inhibitory one. So with
/// ge an upper bound of the first during the window, gi a lower bound of the
/// second (all new excitation as from the window's start, new inhibition not
/// counted), both in units of the leak, the solution of
///   tau_m u' = y_leak + ge y_exc + gi y_inh - (1 + ge + gi) u
/// stays above y. At the window's end it is what it would be with the means of
/// ge(t) and gi(t), but for two errors. With M the integral of the conductance,
/// e^{-(M(h) - M(s))} differs by at most h dK/(4 tau_m) from the exponential of
/// a constant conductance, dK being how much 1 + ge + gi falls; and the mean of
/// a product differs from the product of means by at most a quarter of the
/// product of the two ranges (Gruess). Both are added.
///
/// Within the window u may be higher than at both ends. P = tau_m u' falls at
/// most as fast as
///   P' >= -k - (1 + ge + gi) P/tau_m,   k = ge(0) (y_exc - y_inh)/tau_E,
/// for only excitation that decays makes it fall. Where u has its maximum, at
/// t, P is 0: until the window's end u falls by at most k (h - t)^2/(2 tau_m),
/// and it has risen by at most e^x k t^2/(2 tau_m), x = h (1 + ge + gi)/tau_m
/// at the start. One of both is at most e^x k h^2/(8 tau_m), which is added to
/// the higher of the two ends; e^x <= 1 + 1.72 x for x <= 1, and 1 + 1.2975 x for x <= 1/2. For larger x u is
/// below what ge(0) and gi(h) lead to. The neuron is flagged where that is not
/// below -kMargin and the drive at threshold is not certainly negative.
///
/// New inhibition is then taken off the end, to lowest order: an input that
/// acts for s lowers u by at least q ((m - y_inh) - q (M - y_inh))(1 - x),
/// where q is its integral over tau_m, and m and M bound u in the window. Below
/// y_inh, inhibition would raise y: u is no less than y_inh.
namespace va_event::neurons::order_free_conductances {

/// [mV]: far more than single precision and the exact work's rounding leave
/// out.
inline constexpr float kMargin = 1e-3F;
/// u of a neuron that cannot spike [mV].
inline constexpr float kHeld = -1e30F;

/// What has arrived at a neuron's receptor since the window's start: excitation from above, inhibition from below, by
/// more than sums of some hundred floats lose.
struct alignas(8) Arrived {
  static constexpr double kUp = 1.0 + 5e-5;
  static constexpr double kDown = 1.0 - 5e-5;
  float sum = 0.0F;   ///< of the weights [uS]
  float time = 0.0F;  ///< sum of weights times the time since the window's start [uS ms]
};

/// What rounding adds to u in a window, relative to the potentials and conductances in units of the leak.
inline constexpr double kRoundingOfPotentials = 5e-6;

/// The least conductance: single precision has no digits left for smaller ones.
inline constexpr float kNegligible = 1e-30F;

/// The least float that is not below x, up to some rounding errors; and the
/// largest that is not above.
[[nodiscard]] inline float from_above(double x) { return static_cast<float>(x + (x < 0.0 ? -x : x) * 0x1p-22); }
[[nodiscard]] inline float from_below(double x) { return static_cast<float>(x - (x < 0.0 ? -x : x) * 0x1p-22); }

/// Of all neurons, padded to whole vectors. The numbers of 16 neurons are
/// together, so that one address leads to all.
class Bounds {
 public:
  static constexpr std::size_t kPadding = 16;  ///< lanes of the widest vectors
  /// The numbers of one neuron, by their places in its block.
  enum Number : std::size_t {
    kU,           ///< [mV]
    kGe,          ///< excitatory conductance, from above, in units of the leak
    kGi,          ///< the inhibitory one, from below
    kResistance,  ///< tau_m/cm [MOhm]
    kRateM,       ///< 1/tau_m [1/ms]
    kYLeak,       ///< [mV]
    kYExc,
    kYInh,
    kRounding,  ///< of u in a window where nothing happens [mV]
    kNumbers
  };
  foundation::LargeVector<Arrived> arrived_exc, arrived_inh;

  [[nodiscard]] float& u(std::size_t i) { return (*this)(i, kU); }
  [[nodiscard]] float& ge(std::size_t i) { return (*this)(i, kGe); }
  [[nodiscard]] float& gi(std::size_t i) { return (*this)(i, kGi); }
  [[nodiscard]] float& operator()(std::size_t i, Number number) {
    return numbers_[i / kPadding * (kPadding * kNumbers) + number * kPadding + i % kPadding];
  }
  void resize(std::size_t neurons);
  void set_constants(std::size_t i, const IfCondExpKernel<double>::Constants& c);
  /// Neurons, with those that only fill vectors.
  [[nodiscard]] std::size_t size() const { return arrived_exc.size(); }
  /// @param exc, inh  in units of the leak
  void set_conductances(std::size_t i, double exc, double inh) {
    const float above = from_above(exc);
    const float below = from_below(inh);
    ge(i) = above < kNegligible ? kNegligible : above;
    gi(i) = below < kNegligible ? kNegligible : below;
  }

 private:
  foundation::LargeVector<float> numbers_;
};

/// Excitatory inputs that are only counted. Each has arrived by some time; it
/// may be in a later window.
struct CountedInputs {
  const std::uint8_t* counts;  ///< by neuron
  const float* weight;         ///< by neuron, as Arrived::sum [uS]
  double by;                   ///< since the window's start [ms]
};

/// Takes all bounds over a window, clears what has arrived, and appends the
/// neurons that may spike in it.
/// @param h  the window's length [ms], > 0 @param tau_exc, tau_inh  [ms]
void take_over(Bounds& bounds, std::span<const CountedInputs> counted, double h, double tau_exc, double tau_inh,
               std::vector<std::uint32_t>& flagged);

/// For tests: with `everything` all neurons are looked at in all windows, and
/// what the filter says is compared.
struct FilterTrial {
  std::atomic<bool> everything{false};
  std::atomic<std::uint64_t> compared{0}, wrong{0};
};
[[nodiscard]] FilterTrial& filter_trial();

}  // namespace va_event::neurons::order_free_conductances
