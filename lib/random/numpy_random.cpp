// SPDX-License-Identifier: Apache-2.0
#include <boost/random/mersenne_twister.hpp>

#include "va_event/random.hpp"

// numpy's RandomState and Boost's mt19937 are the same generator (Matsumoto & Nishimura 1998, ACM Trans. Model. Comput.
// Simul. 8:3-30), seeded in the same way by one number of 32 bits; only the way from words to doubles is numpy's.

namespace va_event {

struct NumpyRandom::State {
  boost::random::mt19937 engine;
};

NumpyRandom::NumpyRandom(std::uint32_t seed) : state_(std::make_unique<State>()) { state_->engine.seed(seed); }
NumpyRandom::NumpyRandom(const NumpyRandom& other) : state_(std::make_unique<State>(*other.state_)) {}
NumpyRandom::NumpyRandom(NumpyRandom&& other) noexcept = default;
NumpyRandom& NumpyRandom::operator=(const NumpyRandom& other) {
  state_ = std::make_unique<State>(*other.state_);
  return *this;
}
NumpyRandom& NumpyRandom::operator=(NumpyRandom&& other) noexcept = default;
NumpyRandom::~NumpyRandom() = default;

double NumpyRandom::uniform() {
  // genrand_res53 of Matsumoto & Nishimura: 27 bits of the first word above 26 bits of the second.
  const std::uint32_t high = state_->engine() >> 5U;
  const std::uint32_t low = state_->engine() >> 6U;
  return (static_cast<double>(high) * 0x1p26 + static_cast<double>(low)) / 0x1p53;
}

std::vector<double> NumpyRandom::uniform(double low, double high, std::size_t n) {
  std::vector<double> values(n);
  const double range = high - low;
  for (double& value : values) {
    value = low + range * uniform();
  }
  return values;
}

}  // namespace va_event
