// SPDX-License-Identifier: Apache-2.0
#include "va_event/current_sources.hpp"

#include <cmath>
#include <string>

#include "va_event/error.hpp"

namespace va_event {
namespace {

void check_amplitude(double amplitude) {
  if (!std::isfinite(amplitude)) {
    throw ParameterError("amplitude", amplitude, "nA", "must be finite");
  }
}

}  // namespace

StepCurrentSource::StepCurrentSource(std::vector<Time> times, std::vector<double> amplitudes)
    : times_(std::move(times)), amplitudes_(std::move(amplitudes)) {
  if (amplitudes_.size() != times_.size()) {
    throw SizeError("amplitudes", std::to_string(amplitudes_.size()) + " values", "",
                    "must be " + std::to_string(times_.size()) + ", as many as times");
  }
  for (const double amplitude : amplitudes_) {
    check_amplitude(amplitude);
  }
  for (std::size_t i = 1; i < times_.size(); ++i) {
    if (times_[i] <= times_[i - 1]) {
      throw ParameterError("times", times_[i].ms(), "ms", "must be strictly increasing");
    }
  }
}

DCSource::operator StepCurrentSource() const {
  check_amplitude(amplitude);
  if (!(start >= 0.0 && std::isfinite(start))) {
    throw ParameterError("start", start, "ms", "must be >= 0 and finite");
  }
  if (!(stop > start)) {
    throw ParameterError("stop", stop, "ms", "must be > start");
  }
  if (std::isinf(stop)) {
    return {{start}, {amplitude}};
  }
  return {{start, stop}, {amplitude, 0.0}};
}

}  // namespace va_event
