// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include "foundation/number_types.hpp"
#include "neurons/sinusoid/sine_source.hpp"
#include "neurons/state.hpp"
#include "numerics/elementary.hpp"
#include "numerics/turns.hpp"

namespace va_event::neurons {

/// Sinusoidal currents into a neuron, as the potential that each would hold it at, with phases in turns from the start
/// of the present epoch: large phases are reduced exactly (numerics/turns.hpp), so that they are right after days.

/// A sinusoidal current into a neuron, in units of the potential: size sin(2 pi turns_at(t)).
template <class Real>
struct Sinusoid {
  Real size;         ///< tau_m/cm amplitude [mV], either sign
  double frequency;  ///< [Hz], >= 0
  Real omega;        ///< 2 pi frequency/1000 [1/ms]
  Real turns;        ///< at the start of the present epoch, in [0, 1]

  /// The phase at `t` in turns, and its sine and cosine. @param t in the present epoch [ms]
  [[nodiscard]] Real turns_at(const Real& t) const { return turns + numerics::turns_after(frequency, t); }
  [[nodiscard]] numerics::SineCosine<Real> at(const Real& t) const { return numerics::at_turns<Real>(turns_at(t)); }
};

/// Turns of a source when `epoch` begins, modulo 1. For double they are computed in quad precision and are right to the
/// last bit also after years; wider types lose as many digits as the number of turns has.
/// @param epoch  number of the epoch; it may be before the source's start
template <class Real>
[[nodiscard]] Real turns_at_epoch(const SineSource& source, std::int64_t epoch) {
  using std::floor;
  using Wide = std::conditional_t<std::is_same_v<Real, double>, foundation::Quad, Real>;
  const auto epochs = static_cast<double>(epoch - source.start_epoch);
  const Wide elapsed = Wide(kEpoch) * Wide(epochs) - Wide(source.start_offset);
  const Wide turns = Wide(source.frequency) * elapsed / 1000 + Wide(std::fmod(source.phase, 360.0)) / 360;
  return static_cast<Real>(Wide(turns - floor(turns)));
}

/// All sinusoids into one neuron.
template <class Real>
struct Sinusoids {
  std::vector<Sinusoid<Real>> each;  ///< one for each source
  Real drive{0};                     ///< they change the drive at threshold by at most this [mV]
  /// They move v by at most this [mV], whatever conductances >= 0 there are: the integral of sin(omega s + phase) times
  /// a rising weight between 0 and 1 is at most 2/omega (second mean value theorem, Bonnet 1849).
  Real reach{0};
  Real shortest_period = std::numeric_limits<Real>::infinity();  ///< [ms]

  /// No sinusoids.
  Sinusoids() = default;
  /// @param resistance tau_m/cm [MOhm] @param tau_m [ms] @param epoch number of the present one
  Sinusoids(std::span<const SineSource> sources, const Real& resistance, const Real& tau_m, std::int64_t epoch) {
    for (const SineSource& source : sources) {
      const Real omega = numerics::two_pi<Real>() * Real(source.frequency) / 1000;
      each.push_back(
          {resistance * Real(source.amplitude), source.frequency, omega, turns_at_epoch<Real>(source, epoch)});
      const Real size = magnitude(each.back().size);
      const Real filter = omega * tau_m > Real(2) ? Real(2 / (omega * tau_m)) : Real(1);
      drive += size;
      if (const Real period = Real(1000) / Real(source.frequency); source.frequency > 0.0 && period < shortest_period) {
        shortest_period = period;
      }
      reach += size * filter;
    }
  }

  /// What they add to the drive at threshold at `t` [mV].
  [[nodiscard]] Real value(const Real& t) const {
    Real sum(0);
    for (const Sinusoid<Real>& one : each) {
      sum += one.size * one.at(t).sine;
    }
    return sum;
  }

  /// What they add to v in the time h from t on, when nothing but the leak acts on it:
  ///   S(t + h) - e^{-h/tau_m} S(t),   S = size (sin - omega tau_m cos)/(1 + (omega tau_m)^2),
  /// S being the particular solution of tau_m dS/dt = -S + size sin(omega t + phase). With the difference of the two S
  /// as a product, sin b - sin a = 2 sin((b - a)/2) cos((b + a)/2) and the like, nothing cancels for small h.
  /// @param t in the present epoch [ms] @param h [ms], >= 0 @param rate_m 1/tau_m [1/ms]
  /// @returns [mV]
  [[nodiscard]] Real leaky_response(const Real& t, const Real& h, const Real& rate_m) const {
    const Real loss = numerics::elementary::expm1(Real(-h * rate_m));
    Real sum(0);
    for (const Sinusoid<Real>& one : each) {
      const Real w = one.omega / rate_m;
      const Real start = one.turns_at(t);
      const Real half = numerics::turns_after(one.frequency, Real(h / 2));
      const numerics::SineCosine<Real> at_start = numerics::at_turns<Real>(start);
      const numerics::SineCosine<Real> middle = numerics::at_turns<Real>(start + half);
      const Real change = 2 * numerics::at_turns<Real>(half).sine * (middle.cosine + w * middle.sine);
      sum += one.size * ((change - (at_start.sine - w * at_start.cosine) * loss) / (1 + w * w));
    }
    return sum;
  }
};

}  // namespace va_event::neurons
