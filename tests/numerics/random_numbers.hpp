// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <limits>
#include <random>

/// Random numbers to compare formulas on, and the type in which they are computed independently.
namespace va_event::numerics::testing {

using Wide = boost::multiprecision::cpp_bin_float_50;

inline double epsilon() { return std::numeric_limits<double>::epsilon(); }

class RandomNumbers {
 public:
  explicit RandomNumbers(unsigned seed) : random_(seed) {}

  double uniform(double low, double high) { return std::uniform_real_distribution<double>(low, high)(random_); }
  double log_uniform(double low, double high) { return std::exp(uniform(std::log(low), std::log(high))); }
  double sign() { return uniform(-1, 1) < 0 ? -1.0 : 1.0; }
  bool one_in(int n) { return uniform(0, n) < 1; }

 private:
  std::mt19937_64 random_;
};

}  // namespace va_event::numerics::testing
