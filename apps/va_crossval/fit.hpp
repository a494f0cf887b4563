// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

namespace va_event::crossval {

/// A straight line y = intercept + slope * x by least squares.
struct Line {
  double slope = 0.0;
  double slope_error = 0.0;  ///< its standard error; NaN with two points
  double intercept = 0.0;
  std::size_t points = 0;
};

/// NaN unless there are two different x. @throws SizeError when x and y differ in length
[[nodiscard]] Line fit_line(std::span<const double> x, std::span<const double> y);

/// One measured error.
struct ErrorPoint {
  double dt;     ///< [ms]
  double error;  ///< in any unit
  bool usable;   ///< no spike is missed or spurious: the solution is the same one, with errors
};

/// Error = C dt^order: the line through log error against log dt, over its asymptotic range. That is the longest run of
/// consecutive steps, from the shortest whose error is still above `floor` (rounding errors do not shrink), over which
/// all points are usable; of them the `max_points` shortest, as higher orders of dt still matter in the others.
[[nodiscard]] Line fit_order(std::span<const ErrorPoint> points, double floor, std::size_t max_points = 5);

struct Mean {
  double value = 0.0;           ///< NaN without values
  double deviation = 0.0;       ///< standard deviation of the sample (n - 1); NaN below two values
  double standard_error = 0.0;  ///< of the mean
  std::size_t count = 0;
};
[[nodiscard]] Mean mean_of(std::span<const double> values);

/// Of any values; NaN without. The mean of the two in the middle of an even number.
[[nodiscard]] double median(std::vector<double> values);

}  // namespace va_event::crossval
