// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "va_event/error.hpp"

namespace va_event::crossval {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

}  // namespace

Line fit_line(std::span<const double> x, std::span<const double> y) {
  if (x.size() != y.size()) {
    throw SizeError("y", std::to_string(y.size()), "values", "must be as many as x, " + std::to_string(x.size()));
  }
  const auto n = static_cast<double>(x.size());
  const double mean_x = std::accumulate(x.begin(), x.end(), 0.0) / n;
  const double mean_y = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double xx = 0.0;
  double xy = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    xy += (x[i] - mean_x) * (y[i] - mean_y);
  }
  if (!(xx > 0.0)) {
    return {kNone, kNone, kNone, x.size()};
  }
  Line line{.slope = xy / xx, .slope_error = kNone, .intercept = mean_y - xy / xx * mean_x, .points = x.size()};
  if (x.size() > 2) {
    double residuals = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double residual = y[i] - (line.intercept + line.slope * x[i]);
      residuals += residual * residual;
    }
    line.slope_error = std::sqrt(residuals / (n - 2.0) / xx);
  }
  return line;
}

Line fit_order(std::span<const ErrorPoint> points, double floor, std::size_t max_points) {
  std::vector<ErrorPoint> sorted(points.begin(), points.end());
  std::sort(sorted.begin(), sorted.end(), [](const ErrorPoint& a, const ErrorPoint& b) { return a.dt < b.dt; });
  std::vector<double> x;
  std::vector<double> y;
  for (const ErrorPoint& point : sorted) {
    const bool good = point.usable && point.error > floor && std::isfinite(point.error);
    if (good && x.size() < max_points) {
      x.push_back(std::log2(point.dt));
      y.push_back(std::log2(point.error));
    } else if (!x.empty()) {
      break;
    }
  }
  return fit_line(x, y);
}

Mean mean_of(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  if (values.empty()) {
    return {kNone, kNone, kNone, 0};
  }
  Mean mean{.value = std::accumulate(values.begin(), values.end(), 0.0) / n,
            .deviation = kNone,
            .standard_error = kNone,
            .count = values.size()};
  if (values.size() > 1) {
    double squares = 0.0;
    for (const double value : values) {
      squares += (value - mean.value) * (value - mean.value);
    }
    mean.deviation = std::sqrt(squares / (n - 1.0));
    mean.standard_error = mean.deviation / std::sqrt(n);
  }
  return mean;
}

double median(std::vector<double> values) {
  if (values.empty()) {
    return kNone;
  }
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

}  // namespace va_event::crossval
