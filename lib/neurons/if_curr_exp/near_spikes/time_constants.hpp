// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>

#include "neurons/if_curr_exp/if_curr_exp.hpp"
#include "numerics/elementary.hpp"

namespace va_event::neurons::near_spikes_currents {

using Kernel = IfCurrExpKernel<double>;

/// What the three exponentials are at some time of the epoch, or another number of each.
struct alignas(32) Factors {
  double m;
  double exc;
  double inh;
  double none = 0.0;  ///< fills a vector
};

// Neurons are looked at together at the ends of segments, which are the same for all, and for how long they are safe is
// asked for the rest of a period of several segments.
inline constexpr std::size_t kSegments = 8;  ///< of an epoch
inline constexpr std::size_t kSegmentsPerPeriod = 4;
inline constexpr double kSegment = kEpoch / kSegments;  ///< [ms]
[[nodiscard]] constexpr std::size_t end_of_period(std::size_t segment) {
  return (segment / kSegmentsPerPeriod + 1) * kSegmentsPerPeriod;
}

/// A neuron in amplitude form, in units of its resistance, so that other parameters than time constants do not matter
/// to what an input adds:
///   (v - v_thresh)/R = i_infinity + m e^{-t/tau_m} + exc e^{-t/tau_syn_E} + inh e^{-t/tau_syn_I} [nA],
/// t since the start of the epoch. An input is one addition of such a row.
struct alignas(32) Row {
  double m;
  double exc;
  double inh;
  /// Below 0: until its horizon (the end of a segment or of the period) the sum above stays below this number, unless
  /// an input comes, which adds to it [nA]. kRefractory: the neuron is refractory. 0 or above: each input needs a look.
  double reserve;
};
/// Part of the magnitudes that make it up which a reserve leaves out for rounding: that of so many inputs in a period.
inline constexpr double kMargin = 0x1p-26;
inline constexpr double kNear =
    0x1p+900;  ///< reserve of a neuron that may come to its threshold before the segment ends

/// What neurons with the same time constants share.
struct TimeConstants {
  Factors rate;                ///< [1/ms]
  std::array<double, 2> gain;  ///< by receptor: amplitude of a unit of current, tau_syn/(tau_syn - tau_m)
  std::array<double, 2> peak;  ///< by receptor: the highest potential of an input at all, in units of its amplitude
  std::array<double, 2> peak_time;  ///< when that is reached, after the input [ms]
  /// A decaying exponential of amplitude -1 rises above the chord between two points that are at most a segment apart
  /// by at most this much.
  Factors bump;
  std::array<Factors, kSegments + 1> at;  ///< the exponentials at the ends of the segments; [0]: 1
  /// The same of m, exc and inh apart, and more numbers, so that those of a period can be loaded from any segment on.
  std::array<std::array<double, kSegments + kSegmentsPerPeriod + 1>, 3> by_segment;
};

/// The exponentials at `t`, with the bits of numerics::elementary::exp().
[[nodiscard]] Factors factors_at(const TimeConstants& times, double t);

/// For ParameterSets, which number the choices of time constants.
struct TimeConstantsKernel {
  using Constants = TimeConstants;
  struct Reader {
    [[nodiscard]] static std::array<double, 3> read(std::span<const double> tau) { return {tau[0], tau[1], tau[2]}; }
  };
  static constexpr Reader kParameters{};

  /// @param tau of the membrane and of the synapses [ms]
  [[nodiscard]] static TimeConstants prepare(const std::array<double, 3>& tau, double /*injected*/) {
    IfCurrExp parameters;
    parameters.cm = parameters.tau_m = tau[0];  // a resistance of 1
    parameters.tau_syn_E = tau[1];
    parameters.tau_syn_I = tau[2];
    const Kernel::Constants c = Kernel::prepare(parameters, 0.0);
    const Peak exc = peak_of(tau[1], tau[0]);
    const Peak inh = peak_of(tau[2], tau[0]);
    TimeConstants result{{c.rate_m, c.exc.rate, c.inh.rate},
                         {c.gain_exc, c.gain_inh},
                         {exc.height, inh.height},
                         {exc.time, inh.time},
                         {bump(c.rate_m * kSegment), bump(c.exc.rate * kSegment), bump(c.inh.rate * kSegment)},
                         {},
                         {}};
    for (std::size_t k = 0; k < result.at.size(); ++k) {
      result.at[k] = factors_at(result, static_cast<double>(k) * kSegment);
      result.by_segment[0][k] = result.at[k].m;
      result.by_segment[1][k] = result.at[k].exc;
      result.by_segment[2][k] = result.at[k].inh;
    }
    return result;
  }

 private:
  /// Of the potential of an input, in units of its amplitude.
  struct Peak {
    double time;  ///< after the input [ms]
    double height;
  };
  [[nodiscard]] static Peak peak_of(double tau, double tau_m) {
    const double time = numerics::elementary::log(tau / tau_m) * (tau * tau_m) / (tau - tau_m);
    return {time, numerics::elementary::exp(-time / tau) - numerics::elementary::exp(-time / tau_m)};
  }

  /// The largest of 1 - (1 - e^{-x}) s - e^{-x s} over s from 0 to 1, and a little more.
  [[nodiscard]] static double bump(double x) {
    const double lost = -numerics::elementary::expm1(-x);
    const double s = numerics::elementary::log(x / lost) / x;
    const double found = (1.0 - lost * s) - lost / x;  // e^{-x s} is lost/x there
    return x > 1e-3 ? found + 1e-9 : x * x / 8;
  }
};

/// Part of the potentials of an input that its reserve leaves out for rounding: far more than what rounding adds to
/// them.
inline constexpr double kInputSlack = 0x1p-30;

/// What an input of weight 1 adds to a row.
struct UnitInput {
  double m;
  double synaptic;  ///< to exc or inh
  double up;        ///< to the reserve
  double down;      ///< if the weight is -1
};
/// @param at factors at the input's time @param period_end number of a segment's end
[[nodiscard]] inline UnitInput unit_input(const TimeConstants& times, double t, const Factors& at, std::size_t receptor,
                                          std::size_t period_end) {
  const Factors& end = times.at[period_end];
  const double gain = times.gain[receptor];
  const double slack = kInputSlack * std::fabs(gain);
  const double now = receptor == 0 ? at.exc : at.inh;
  const bool reaches_peak = t < static_cast<double>(period_end) * kSegment - times.peak_time[receptor];
  const double top = reaches_peak ? times.peak[receptor] : (receptor == 0 ? end.exc : end.inh) / now - end.m / at.m;
  return {-gain / at.m, gain / now, gain * top + slack, slack};
}
[[nodiscard]] inline Row row_of(const UnitInput& unit, std::size_t receptor, double weight) {
  const double synaptic = weight * unit.synaptic;
  return {weight * unit.m, receptor == 0 ? synaptic : 0.0, receptor == 0 ? 0.0 : synaptic,
          std::max(weight * unit.up, weight * -unit.down)};
}
[[nodiscard]] inline Row operator+(const Row& a, const Row& b) {
  return {a.m + b.m, a.exc + b.exc, a.inh + b.inh, a.reserve + b.reserve};
}

}  // namespace va_event::neurons::near_spikes_currents
