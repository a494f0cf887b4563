// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "neurons/if_curr_delta/if_curr_delta.hpp"
#include "numerics/elementary.hpp"

/// Order-free exact sums of IF_curr_delta. Time is cut into frames at fixed places. Within a frame, x being the time
/// since its start,
///   y(x) = y_infinity + a e^{-x/tau_m},
/// and an input of weight w at x adds w e^{x/tau_m} to the amplitude a, rounded once to a 64-bit integer. Integer
/// addition is associative: the sums have the same bits in whatever order inputs come, from any thread and in any part
/// of the frame, and what is in them can be taken out again exactly.
namespace va_event::neurons::delta_order_free {

using Kernel = IfCurrDeltaKernel<double>;

/// The longest frame [ms]. Frames are powers of two, so that they divide an epoch.
inline constexpr double kLongestFrame = 0.125;

/// Degree of the Taylor polynomial of e^{u rate}, |u| <= half a frame: |u rate| <= 1/4, for which the rest is below
/// (1/4)^13 / 13! = 2.4e-18.
inline constexpr std::size_t kDegree = 12;
/// The same for |u rate| <= kSlow, with a rest below (1/256)^6 / 6! = 5e-18.
inline constexpr std::size_t kSlowDegree = 5;
inline constexpr double kSlow = 1.0 / 256;

/// What the frames of all neurons of a group have in common.
struct Frame {
  double length = kLongestFrame;  ///< [ms]
  double unit = 1.0;              ///< of the sums [mV], a power of two
  double per_unit = 1.0;          ///< 1 / unit
  double tau_m = 0.0;             ///< of all neurons, or the shortest [ms]
  bool own = false;               ///< neurons have values of tau_m of their own
  double rise = 0.0;              ///< e^{length/tau_m}
  // Where all have the same tau_m:
  double rate_m = 0.0;  ///< 1/tau_m [1/ms]
  double decay = 0.0;   ///< of amplitudes over a frame
  bool slow = false;    ///< degree kSlowDegree
  /// e^{x/tau_m} as a polynomial of u, the distance of x from the frame's middle. Unused coefficients are 0.
  std::array<double, kDegree + 1> coefficient{};

  [[nodiscard]] double growth(double x) const {
    const double u = x - length / 2;
    std::size_t k = slow ? kSlowDegree : kDegree;
    double result = coefficient[k];
    while (k-- > 0) {
      result = result * u + coefficient[k];
    }
    return result;
  }
};

[[nodiscard]] inline double length_for(double tau_m) {
  double length = kLongestFrame;
  while (length > tau_m / 2) {
    length /= 2;
  }
  return length;
}

/// Without the unit. @param tau_m the shortest of all neurons [ms] @param own whether there are others
[[nodiscard]] inline Frame frame_for(double tau_m, bool own) {
  Frame frame;
  frame.length = length_for(tau_m);
  frame.own = own;
  frame.tau_m = tau_m;
  const double rate = 1.0 / tau_m;
  frame.rise = numerics::elementary::exp(frame.length * rate);
  if (frame.own) {
    return frame;
  }
  frame.rate_m = rate;
  frame.decay = numerics::elementary::exp(-frame.length * rate);
  frame.slow = frame.length / 2 * rate <= kSlow;
  double c = numerics::elementary::exp(frame.length / 2 * rate);
  for (std::size_t k = 0; k <= (frame.slow ? kSlowDegree : kDegree); ++k) {
    frame.coefficient[k] = c;
    c = c * rate / static_cast<double>(k + 1);
  }
  return frame;
}

/// 2^51: up to here adding 1.5 * 2^52 leaves the nearest integer in a double.
inline constexpr double kLargestAddend = 0x1p51;
inline constexpr double kLargestSum = 0x1p62;

/// The unit of the sums [mV]: the smallest power of two with which no input and no sum is too large.
/// @param largest_weight |weight| of any synapse [mV]
/// @param largest_sum    of the |weight| of all inputs of one neuron in a frame [mV]
[[nodiscard]] inline double unit_for(const Frame& frame, double largest_weight, double largest_sum) {
  const double weight = std::max(largest_weight, std::numeric_limits<double>::min() * 0x1p200);
  const double needed = frame.rise * std::max(weight / kLargestAddend, std::max(largest_sum, weight) / kLargestSum);
  return std::ldexp(1.0, std::ilogb(needed) + 1);
}

inline void set_unit(Frame& frame, double unit) {
  frame.unit = unit;
  frame.per_unit = 1.0 / unit;
}

/// The nearest integer. @param x |x| < kLargestAddend
[[nodiscard]] inline std::int64_t rounded(double x) {
  constexpr double kMagic = 0x1.8p52;
  return static_cast<std::int64_t>(std::bit_cast<std::uint64_t>(x + kMagic) - std::bit_cast<std::uint64_t>(kMagic));
}

/// What an input adds to the amplitude [units]. The vectors of add_inputs.cpp repeat these operations in this order.
/// @param x time since the frame's start [ms] @param weight [mV]
/// @param rate_m of the neuron [1/ms]; without a meaning where all have the same
[[nodiscard]] inline std::int64_t input_of(const Frame& frame, double x, double weight, double rate_m) {
  return rounded(weight * frame.per_unit * (frame.own ? numerics::elementary::exp(x * rate_m) : frame.growth(x)));
}

/// a + b modulo 2^64: only what a sum is in the end must be in range.
[[nodiscard]] inline std::int64_t sum_of(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

/// y = v - v_thresh [mV].
[[nodiscard]] inline double value_at(const Kernel::Constants& c, double amplitude, double x) {
  return c.y_infinity + amplitude * numerics::elementary::exp(-x * c.rate_m);
}

/// The amplitude with which y has a value at x.
[[nodiscard]] inline double amplitude_for(const Kernel::Constants& c, double y, double x) {
  return (y - c.y_infinity) / numerics::elementary::exp(-x * c.rate_m);
}

/// Below this amplitude y certainly is below 0 in the whole frame: a e^{-x/tau_m} >= -y_infinity is asked the least of
/// at one of its ends. The margin is far more than what rounding leaves out.
[[nodiscard]] inline double least_amplitude(const Frame& frame, const Kernel::Constants& c) {
  const double least =
      c.y_infinity > 0.0 ? -c.y_infinity * numerics::elementary::exp(frame.length * c.rate_m) : -c.y_infinity;
  return least - (1e-9 + 1e-12 * std::fabs(c.y_infinity));
}

/// When y reaches 0 without an input, from the frame's start on [ms]; 0 where it has: a function of the amplitude
/// alone, whatever interval the crossing is looked for in.
/// @pre y_infinity > 0
[[nodiscard]] inline double crossing(const Kernel::Constants& c, double amplitude) {
  const double y = c.y_infinity + amplitude;
  if (y >= 0.0) {
    return 0.0;
  }
  // tau_m log(1 + d), the part of d that 1 + d rounds off included.
  const double d = -y / c.y_infinity;
  const double sum = 1.0 + d;
  return c.tau_m * (numerics::elementary::log(sum) + (d - (sum - 1.0)) / sum);
}

}  // namespace va_event::neurons::delta_order_free
