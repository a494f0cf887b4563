// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>

namespace va_event::engine {

/// Seconds since some time. Tests put a clock of their own in its place.
inline double (*pace_clock)() = [] {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
};

/// Decides whether shards run on threads or take turns on one. Threads are faster where they get processors; where
/// other programs use these, each exchange window waits for a thread that does not run, and threads may be ten times
/// slower. So both ways are timed by the work that they do in a second: after a span of one, the other is tried for a
/// span, and the faster one stays. Further trials are rare. The results are the same bits in both ways.
class Pace {
 public:
  enum class Way : std::size_t { threads, turns };

  static constexpr double kSpan = 0.01;           ///< of one measurement [s]
  static constexpr double kFirstInterval = 0.25;  ///< from the first trial to the second [s]; then it doubles
  static constexpr double kLongestInterval = 16.0;

  [[nodiscard]] Way way() const noexcept { return way_; }

  /// A run begins. @param work done so far, in any unit
  void resume(double work) {
    clock_at_resume_ = pace_clock();
    elapsed_at_resume_ = elapsed_;
    span_begin_ = elapsed_;
    work_at_begin_ = work;
  }

  /// @param work done so far @returns whether the way changes now
  bool changes(double work) {
    elapsed_ = elapsed_at_resume_ + (pace_clock() - clock_at_resume_);
    if (elapsed_ - span_begin_ < kSpan) {
      return false;
    }
    speed_[number(way_)] = (work - work_at_begin_) / (elapsed_ - span_begin_);
    span_begin_ = elapsed_;
    work_at_begin_ = work;
    if (trial_) {
      trial_ = false;
      next_trial_ = elapsed_ + interval_;
      interval_ = std::min(2 * interval_, kLongestInterval);
      return speed_[number(way_)] < speed_[number(other())] && change();
    }
    if (elapsed_ >= next_trial_) {
      trial_ = true;
      return change();
    }
    return false;
  }

 private:
  static constexpr std::size_t number(Way way) { return static_cast<std::size_t>(way); }
  [[nodiscard]] Way other() const noexcept { return way_ == Way::threads ? Way::turns : Way::threads; }
  bool change() {
    way_ = other();
    return true;
  }

  Way way_ = Way::threads;
  bool trial_ = false;             ///< the present way is only tried
  std::array<double, 2> speed_{};  ///< when measured last [work/s]
  double elapsed_ = 0.0;           ///< in runs [s]
  double elapsed_at_resume_ = 0.0;
  double clock_at_resume_ = 0.0;
  double span_begin_ = 0.0;
  double work_at_begin_ = 0.0;
  double next_trial_ = 0.0;
  double interval_ = kFirstInterval;
};

}  // namespace va_event::engine
