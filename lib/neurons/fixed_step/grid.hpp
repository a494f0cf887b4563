// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "events/instant.hpp"

namespace va_event::fixed_step {

/// Times on a clock: the number of a step and an offset in it. A double of milliseconds would lose digits of the offset
/// as a run goes on, and times of the grid would depend on how steps are added up.

/// Steps from here on are never reached, and below it every step is exact as a double.
inline constexpr std::int64_t kNever = std::int64_t{1} << 53U;

/// A time, or a duration, as whole steps and a rest: errors of rounding stay those of one step.
struct GridTime {
  std::int64_t step = 0;
  double offset = 0.0;  ///< [ms], in [0, dt)

  friend bool operator==(const GridTime&, const GridTime&) = default;
  friend bool operator<(const GridTime& a, const GridTime& b) noexcept {
    return a.step != b.step ? a.step < b.step : a.offset < b.offset;
  }
};

/// The clock: grid points k * dt, and conversions between instants, durations and steps.
class Grid {
 public:
  /// @param dt  [ms], > 0, finite
  explicit Grid(double dt) : dt_(dt) {}

  /// The time step [ms].
  [[nodiscard]] double dt() const noexcept { return dt_; }

  /// The instant of a GridTime: step * dt exactly, rounded once, and the offset after it.
  [[nodiscard]] events::Instant<double> instant(const GridTime& t) const {
    return events::later(events::multiple(t.step, dt_), t.offset);
  }

  /// The step that `t` lies in, its beginning included. The quotient may be off by one step where t is near a grid
  /// point; comparisons of exact instants correct it. @param t  >= 0
  [[nodiscard]] GridTime locate(const events::Instant<double>& t) const {
    const double quotient = (static_cast<double>(t.epoch) * static_cast<double>(events::kEpoch) + t.offset) / dt_;
    if (!(quotient < static_cast<double>(kNever))) {
      return {kNever, 0.0};
    }
    auto step = static_cast<std::int64_t>(quotient);
    while (t < events::multiple(step, dt_)) {
      --step;
    }
    while (!(t < events::multiple(step + 1, dt_))) {
      ++step;
    }
    const events::Instant<double> begin = events::multiple(step, dt_);
    const auto epochs = static_cast<double>(t.epoch - begin.epoch);
    return normalised(step, epochs * static_cast<double>(events::kEpoch) + (t.offset - begin.offset));
  }

  /// A duration [ms], >= 0, exactly (n dt + offset), unless it is too long to matter.
  [[nodiscard]] GridTime duration(double ms) const noexcept {
    const double quotient = ms / dt_;
    if (!(quotient < static_cast<double>(kNever))) {
      return {kNever, 0.0};
    }
    const double steps = std::floor(quotient);
    const double rest = std::fma(-steps, dt_, ms);
    const auto whole = static_cast<std::int64_t>(steps);
    return rest < 0.0 ? normalised(whole - 1, rest + dt_) : normalised(whole, rest);
  }

  /// `t` plus a duration, which may be never.
  [[nodiscard]] GridTime later(const GridTime& t, const GridTime& duration) const noexcept {
    return normalised(t.step + duration.step, t.offset + duration.offset);
  }

  /// The number of steps nearest to a duration [ms].
  [[nodiscard]] std::int64_t nearest(double ms) const noexcept {
    const double steps = std::floor(ms / dt_ + 0.5);
    return steps < static_cast<double>(kNever) ? static_cast<std::int64_t>(steps) : kNever;
  }

  /// The number of steps that hold a duration [ms], >= 0.
  [[nodiscard]] std::int64_t round_up(double ms) const noexcept {
    const double steps = std::ceil(ms / dt_ - kTolerance);
    return steps < static_cast<double>(kNever) ? static_cast<std::int64_t>(steps) : kNever;
  }

  /// The first grid point that is not before `t`. What users write as decimals (10 steps of 0.7 ms and t = 7 ms)
  /// differs from the grid in the last bits, and must not cost a step.
  [[nodiscard]] std::int64_t round_up(const GridTime& t) const noexcept {
    return t.offset <= kTolerance * dt_ ? t.step : t.step + 1;
  }

  /// An offset in [0, 2 dt] brought into its step.
  [[nodiscard]] GridTime normalised(std::int64_t step, double offset) const noexcept {
    return offset < dt_ ? GridTime{step, offset} : GridTime{step + 1, offset - dt_};
  }

 private:
  static constexpr double kTolerance = 1e-9;  ///< in steps

  double dt_;
};

}  // namespace va_event::fixed_step
