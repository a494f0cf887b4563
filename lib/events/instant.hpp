// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "va_event/time.hpp"

namespace va_event::events {

/// Times as the engine computes with them: the number of an epoch and an offset in it. All states are written anew at
/// the end of an epoch, and no number of the engine grows with the simulated time.

/// Length of an epoch [ms]. Inside an epoch times are offsets in [0, kEpoch), so that their resolution (2^-49 ms for a
/// double) does not depend on how long the simulation has been running. A power of two: epochs add no rounding.
inline constexpr std::int64_t kEpoch = 16;

/// Durations from here on are "never" [ms], 18 million years: a delay or a refractory period may be any finite number,
/// the number of an epoch may not overflow.
inline constexpr double kForever = 0x1p59;

/// A moment of simulated time as the engine holds it, on any number type. The pair is unique: equal times are equal
/// pairs.
template <class Real>
struct Instant {
  std::int64_t epoch = 0;  ///< its number, from 0 at the start of the simulation
  Real offset = Real(0);   ///< [ms], in [0, kEpoch)

  friend bool operator==(const Instant&, const Instant&) = default;
  friend bool operator<(const Instant& a, const Instant& b) noexcept {
    return a.epoch != b.epoch ? a.epoch < b.epoch : a.offset < b.offset;
  }
};

/// The instant `offset` after the start of `epoch`; any offset whose epoch is not negative.
template <class Real>
[[nodiscard]] Instant<Real> normalised(std::int64_t epoch, Real offset) {
  using std::floor;
  if (offset >= Real(0) && offset < Real(kEpoch)) {
    return {epoch, offset};
  }
  const Real turns = floor(offset / Real(kEpoch));
  Real rest = offset - turns * Real(kEpoch);
  auto whole = epoch + static_cast<std::int64_t>(turns);
  if (rest >= Real(kEpoch)) {  // a tiny negative offset rounds up to a whole epoch
    rest = Real(0);
    ++whole;
  }
  return {whole, rest};
}

/// `t` + `duration`, rounded once, to the resolution of an offset. Long durations (delays of seconds) lose nothing
/// more: their whole epochs are added as integers.
/// @param duration [ms], >= 0; taken as kForever when longer than that
template <class Real>
[[nodiscard]] Instant<Real> later(const Instant<Real>& t, const Real& duration) {
  using std::floor;
  if (duration < Real(kEpoch)) {
    return normalised<Real>(t.epoch, t.offset + duration);
  }
  const Real bounded = duration < Real(kForever) ? duration : Real(kForever);
  const Real turns = floor(bounded / Real(kEpoch));
  return normalised<Real>(t.epoch + static_cast<std::int64_t>(turns), t.offset + (bounded - turns * Real(kEpoch)));
}

/// k * interval, rounded once: the product is formed exactly, so that sampling grids do not drift.
/// @param k >= 0, below 2^53 @param interval [ms], > 0
[[nodiscard]] inline Instant<double> multiple(std::int64_t k, double interval) {
  const auto factor = static_cast<double>(k);
  const double high = factor * interval;
  const double low = std::fma(factor, interval, -high);
  const double turns = std::floor(high / static_cast<double>(kEpoch));
  return normalised<double>(static_cast<std::int64_t>(turns), (high - turns * static_cast<double>(kEpoch)) + low);
}

/// The instant of a time that a user gave. Its offset is rounded to a double in every precision: times that users give
/// are the same numbers for all of them.
template <class Real>
[[nodiscard]] Instant<Real> to_instant(const Time& time) {
  const auto t =
      normalised<double>(time.whole() / kEpoch, static_cast<double>(time.whole() % kEpoch) + time.fraction());
  return {t.epoch, Real(t.offset)};
}

/// The nearest instant of doubles that is not before `t`.
template <class Real>
[[nodiscard]] Instant<double> round_up(const Instant<Real>& t) {
  const auto nearest = static_cast<double>(t.offset);
  return normalised<double>(t.epoch, Real(nearest) < t.offset ? std::nextafter(nearest, kEpoch) : nearest);
}

/// The instant as users get it. The whole milliseconds are split off without rounding; the rest of a wider type is
/// rounded to a double.
template <class Real>
[[nodiscard]] Time to_time(const Instant<Real>& t) {
  using std::floor;
  const Real whole = floor(t.offset);
  const auto fraction = static_cast<double>(t.offset - whole);
  const std::int64_t ms = t.epoch * kEpoch + static_cast<std::int64_t>(whole);
  return fraction < 1.0 ? Time::from_parts(ms, fraction) : Time::from_parts(ms + 1, 0.0);
}

/// How many doubles a time needs beyond the fraction of to_time() to keep all digits.
template <class Real>
inline constexpr std::size_t kTails = (std::numeric_limits<Real>::digits - 1) / std::numeric_limits<double>::digits;

/// The same, and in `tails` what that rounding left out, largest first: the sum of the time and the tails [ms] is the
/// exact instant.
template <class Real>
[[nodiscard]] Time to_time(const Instant<Real>& t, std::span<double, kTails<Real>> tails) {
  const Time time = to_time(t);
  Real rest = (t.offset - Real(static_cast<double>(time.whole() - t.epoch * kEpoch))) - Real(time.fraction());
  for (double& tail : tails) {
    tail = static_cast<double>(rest);
    rest -= Real(tail);
  }
  return time;
}

}  // namespace va_event::events
