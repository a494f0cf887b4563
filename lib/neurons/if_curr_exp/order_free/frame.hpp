// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "neurons/if_curr_exp/if_curr_exp.hpp"
#include "neurons/if_curr_exp/order_free/own_constants.hpp"
#include "numerics/elementary.hpp"

/// Order-free exact sums of IF_curr_exp. Time is cut into frames at fixed places. Within a frame, x being the time
/// since its start,
///   y(x) = y_infinity + m e^{-x/tau_m} + exc e^{-x/tau_exc} + inh e^{-x/tau_inh},
/// and an input adds two numbers to these amplitudes: each is rounded once to a 64-bit integer, and integers are added.
/// Integer addition is associative. So the sums have the same bits in whatever order inputs come, from any thread and
/// in any part of the frame, and what is in them can be taken out again exactly.
namespace va_event::neurons::order_free {

using Kernel = IfCurrExpKernel<double>;

/// The longest and the shortest frame [ms]. Frames are powers of two, so that they divide an epoch.
inline constexpr double kLongestFrame = 0.25;
inline constexpr double kShortestFrame = 1.0 / 256;

/// e^z as a polynomial of z: its Chebyshev expansion up to some degree, written in powers of z. Taylor series need one
/// or two degrees more for the same error. Coefficients were computed with 60 digits and rounded.
/// Degrees are even.
inline constexpr std::size_t kDegree = 10;
inline constexpr std::size_t kSlowDegree = 6;
inline constexpr double kLargestArgument = 1.0 / 4;  ///< of half a frame, which is at most a quarter of a time constant
inline constexpr double kSlow = 1.0 / 64;
/// |z| <= kLargestArgument; relative error 2.2e-17.
inline constexpr std::array<double, kDegree + 1> kExponential{1.0,
                                                              1.0000000000000002,
                                                              0.5000000000000001,
                                                              0.16666666666658445,
                                                              0.041666666666653585,
                                                              0.008333333340699776,
                                                              0.0013888888897817117,
                                                              0.00019841242904328516,
                                                              2.4801559754616683e-05,
                                                              2.7600408129737436e-06,
                                                              2.759648863787355e-07};
/// |z| <= kSlow; relative error 2.3e-18.
inline constexpr std::array<double, kSlowDegree + 1> kSlowExponential{1.0,
                                                                      1.0000000000000002,
                                                                      0.5000000000000001,
                                                                      0.16666666665631857,
                                                                      0.041666666664818795,
                                                                      0.008333418104753253,
                                                                      0.0013889009990851351};

/// e^{x rate} as a polynomial of u, the distance of x from the frame's middle. Unused coefficients are 0.
struct Growth {
  std::array<double, kDegree + 1> coefficient{};
  bool slow = false;  ///< degree kSlowDegree

  /// Even and odd powers apart: two chains of operations that do not wait for each other.
  [[nodiscard]] double operator()(double u) const {
    std::size_t k = slow ? kSlowDegree : kDegree;
    const double square = u * u;
    double even = coefficient[k];
    double odd = coefficient[k - 1];
    while (k > 2) {
      k -= 2;
      even = even * square + coefficient[k];
      odd = odd * square + coefficient[k - 1];
    }
    return even * square + coefficient[0] + odd * u;
  }
};

/// @pre rate * frame / 2 <= kLargestArgument
[[nodiscard]] inline Growth growth(double rate, double frame) {
  Growth result;
  result.slow = rate * frame / 2 <= kSlow;
  double power = numerics::elementary::exp(rate * frame / 2);
  for (std::size_t k = 0; k <= (result.slow ? kSlowDegree : kDegree); ++k) {
    result.coefficient[k] = power * (result.slow ? kSlowExponential[k] : kExponential[k]);
    power *= rate;
  }
  return result;
}

/// What the inputs of a neuron in the present frame add up to, in units of Frame::unit, and how far it is from its
/// threshold: one line of 32 bytes that an input adds to.
struct alignas(32) Sums {
  std::int64_t m = 0;
  std::int64_t exc = 0;
  std::int64_t inh = 0;
  /// Below 0: the neuron might reach its threshold in this frame. Inputs lower it by the most that they add to the
  /// potential before the frame ends.
  std::int64_t reserve = 0;

  // Sums wrap around, as vectors of integers do: only what remains in the end must fit.
  [[nodiscard]] static std::int64_t plus(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
  }
  [[nodiscard]] static std::int64_t minus(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
  }
  Sums& operator+=(const Sums& other) {
    put_in(other);
    reserve = plus(reserve, other.reserve);
    return *this;
  }
  // Without the reserve:
  void put_in(const Sums& other) {
    m = plus(m, other.m);
    exc = plus(exc, other.exc);
    inh = plus(inh, other.inh);
  }
  void take_out(const Sums& other) {
    m = minus(m, other.m);
    exc = minus(exc, other.exc);
    inh = minus(inh, other.inh);
  }
};

/// The reserve of a neuron that cannot spike in this frame, whatever comes.
inline constexpr std::int64_t kHeld = std::int64_t{1} << 61U;

/// What weights the sums must hold.
struct Scale {
  double largest_weight = 0.0;  ///< |weight| of any synapse [nA]
  double largest_sum = 0.0;     ///< of the |weight| of all inputs of one neuron in a frame [nA]
};

/// What the frames of all neurons of a group have in common; rates, gains and decays are for neurons that have common
/// time constants, too (own.used is false), and 0 for others, but gains of 1.
struct Frame {
  double length = kLongestFrame;  ///< [ms]
  double unit = 1.0;              ///< of the sums [nA], a power of two
  double rate_m = 0.0;            ///< [1/ms]
  Growth growth_m;
  double decay_m = 0.0;  ///< over a frame
  struct Synapse {
    double rate = 0.0;       ///< [1/ms]
    double gain = 0.0;       ///< amplitude of a current of 1 in units of the resistance: tau_syn/(tau_syn - tau_m)
    double amplitude = 0.0;  ///< the same in units of the sums: gain / unit [1/nA]
    Growth growth;
    double decay = 0.0;
  };
  std::array<Synapse, 2> synapse;  ///< by receptor
  OwnConstants own;
};

/// [MOhm]: what turns a unit of the sums into an amplitude [mV].
[[nodiscard]] inline double amplitude_per_current(const Frame& frame, const Kernel::Constants& c) {
  return frame.own.used ? frame.length * (c.resistance * c.rate_m) : c.resistance;
}

/// 2^51: up to here adding 1.5 * 2^52 leaves the nearest integer in a double.
inline constexpr double kLargestAddend = 0x1p51;
inline constexpr double kLargestSum = 0x1p62;

/// The unit of the sums [nA]: the smallest power of two with which no input and no sum is too large.
[[nodiscard]] inline double unit_for(const Frame& frame, const Scale& scale) {
  double growth = frame.own.used ? 1.65 : 0.0;  // of an input of 1 nA; e^{1/2} = 1.6487
  for (const Frame::Synapse& synapse : frame.synapse) {
    const double rate = std::max(synapse.rate, frame.rate_m);
    growth = std::max(growth, std::fabs(synapse.gain) * numerics::elementary::exp(rate * frame.length));
  }
  const double weight = std::max(scale.largest_weight, std::numeric_limits<double>::min() * 0x1p200);
  const double needed = growth * std::max(weight / kLargestAddend, std::max(scale.largest_sum, weight) / kLargestSum);
  return std::ldexp(1.0, std::ilogb(needed) + 1);
}

/// With more inputs in a frame more neurons might spike in it, each of which costs as much as many inputs.
/// @param inputs_per_ms as InputScale has it
[[nodiscard]] inline double longest_frame_for(double inputs_per_ms) {
  constexpr double kMostInputs = 8.0;
  constexpr double kShortest = 1.0 / 16;  // below, frames themselves cost more
  double length = kLongestFrame;
  while (length > kShortest && length * inputs_per_ms > kMostInputs) {
    length /= 2;
  }
  return length;
}

[[nodiscard]] inline double length_for(double shortest_tau, double longest) {
  double length = longest;
  while (length > shortest_tau / 2) {
    length /= 2;
  }
  return length;
}

/// Of neurons with common time constants, without the unit.
/// @pre c.in_amplitude_form @param longest frame that is wanted [ms]
[[nodiscard]] inline Frame common_frame(const Kernel::Constants& c, double longest) {
  Frame frame;
  const double shortest = 1.0 / std::max({c.rate_m, c.exc.rate, c.inh.rate});
  frame.length = length_for(shortest, longest);
  frame.rate_m = c.rate_m;
  frame.growth_m = growth(c.rate_m, frame.length);
  frame.decay_m = numerics::elementary::exp(-frame.length * c.rate_m);
  const auto synapse = [&frame](double rate, double gain) {
    return Frame::Synapse{rate, gain, gain, growth(rate, frame.length),
                          numerics::elementary::exp(-frame.length * rate)};
  };
  frame.synapse = {synapse(c.exc.rate, c.gain_exc / c.resistance), synapse(c.inh.rate, c.gain_inh / c.resistance)};
  return frame;
}

/// Of neurons with time constants of their own, without the unit, nor neurons. @param shortest of all time constants
[[nodiscard]] inline Frame own_frame(double shortest_tau, double longest) {
  Frame frame;
  frame.length = length_for(shortest_tau, longest);
  frame.synapse[0].gain = frame.synapse[1].gain = 1.0;
  frame.own.used = true;
  frame.own.slow = shortest_tau >= frame.length / (2 * ReachesSixteenth::kReach);
  return frame;
}

inline void set_unit(Frame& frame, double unit) {
  frame.unit = unit;
  for (Frame::Synapse& synapse : frame.synapse) {
    synapse.amplitude = synapse.gain / unit;
  }
}

/// The nearest integer. @param x |x| < kLargestAddend
[[nodiscard]] inline std::int64_t rounded(double x) {
  constexpr double kMagic = 0x1.8p52;
  return Sums::minus(std::bit_cast<std::int64_t>(x + kMagic), std::bit_cast<std::int64_t>(kMagic));
}

/// Room in the reserve for the rounding of one input, in units of the sums.
inline constexpr std::int64_t kSlack = 8;

/// What an input at `x` adds to a neuron with common time constants. The vectors of add_inputs.cpp repeat these
/// operations in this order.
///
/// The potential of an input rises for ln(tau_m/tau_syn)/(1/tau_syn - 1/tau_m) >= the smaller time constant >= two
/// frames: within the frame it is highest at the end.
/// @param x time since the frame's start [ms]
[[nodiscard]] inline Sums common_input_of(const Frame& frame, std::size_t receptor, double x, double weight) {
  const Frame::Synapse& synapse = frame.synapse[receptor];
  const double u = x - frame.length / 2;
  const double amplitude = weight * synapse.amplitude;
  const double s = amplitude * synapse.growth(u);
  const double m = amplitude * frame.growth_m(u);
  const double rise = std::max(s * synapse.decay - m * frame.decay_m, 0.0);
  const std::int64_t current = rounded(s);
  return {Sums::minus(0, rounded(m)), receptor == 0 ? current : 0, receptor == 0 ? 0 : current,
          Sums::minus(-kSlack, rounded(rise))};
}

/// The same for a neuron with time constants of its own (own_constants.hpp), repeated by add_own_inputs.cpp. The
/// potential at t is F/cm times
///   w psi(t - x)/F = w e^{a x} psi(t)/F - w [(e^{b x} - e^{a x})/(b - a)]/F e^{-b t}.
/// Since psi(t - x) <= t - x, none is higher in the frame than w (1 - x/F).
/// @tparam Reach ReachesQuarter or ReachesSixteenth
template <class Reach>
[[nodiscard]] inline Sums own_input_of(const Frame& frame, std::size_t i, std::size_t receptor, double x,
                                       double weight) {
  const auto polynomial = [](const auto& coefficient, double z) {  // even and odd powers on their own
    const double square = z * z;
    std::size_t k = coefficient.size() - 1;
    double first = coefficient[k];
    double second = coefficient[k - 1];
    while (k >= 3) {
      k -= 2;
      first = first * square + coefficient[k];
      second = second * square + coefficient[k - 1];
    }
    return k == 2 ? (first * square + coefficient[0]) + second * z : second + first * z;
  };
  const OwnConstants::OfInputs::Synapse& c = frame.own.of_inputs[i].synapse[receptor];
  const double place = x * (1.0 / frame.length);
  const double units = weight * (1.0 / frame.unit);
  const double z = c.half_difference * x;
  const double sinh_over_x = polynomial(Reach::kSinhOverX, z * z);
  const double growth = units * polynomial(Reach::kExp, c.mean * x);
  const double s = growth * (polynomial(Reach::kCosh, z * z) - z * sinh_over_x);
  const double m = growth * (place * sinh_over_x);
  const double rise = std::max(units * (1.0 - place), 0.0);
  const std::int64_t current = rounded(s);
  return {Sums::minus(0, rounded(m)), receptor == 0 ? current : 0, receptor == 0 ? 0 : current,
          Sums::minus(-kSlack, rounded(rise))};
}

/// What an input at `x` adds to neuron `i`.
[[nodiscard]] inline Sums input_of(const Frame& frame, std::size_t i, std::size_t receptor, double x, double weight) {
  if (frame.own.used) {
    return frame.own.slow ? own_input_of<ReachesSixteenth>(frame, i, receptor, x, weight)
                          : own_input_of<ReachesQuarter>(frame, i, receptor, x, weight);
  }
  return common_input_of(frame, receptor, x, weight);
}

}  // namespace va_event::neurons::order_free
