// SPDX-License-Identifier: Apache-2.0
#include "va_event/current_sources.hpp"

#include <cmath>
#include <string>

#include "foundation/number_text.hpp"
#include "foundation/ranges.hpp"
#include "va_event/error.hpp"

namespace va_event {
namespace {

void check_finite(const char* field, double value, const char* unit) {
  if (!std::isfinite(value)) {
    throw ParameterError(field, value, unit, "must be finite");
  }
}

void check_amplitude(double amplitude) {
  check_finite("amplitude", amplitude, "nA");
  foundation::check_range("amplitude", amplitude, "nA", false);
}

/// @throws ParameterError unless 0 <= start < stop [ms]
void check_times(double start, double stop) {
  constexpr double kEnd = 0x1p62;  // [ms] every time is earlier
  if (!(start >= 0.0 && start < kEnd)) {
    throw ParameterError("start", start, "ms", "must be >= 0 and below 2^62 ms");
  }
  if (!(stop > start && (stop < kEnd || std::isinf(stop)))) {
    throw ParameterError("stop", stop, "ms",
                         "must be > start = " + foundation::shortest_text(start) +
                             " ms, and below 2^62 ms or infinite, which means that it never ends");
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
  check_times(start, stop);
  if (std::isinf(stop)) {
    return {{start}, {amplitude}};
  }
  return {{start, stop}, {amplitude, 0.0}};
}

void ACSource::check() const {
  check_amplitude(amplitude);
  check_finite("offset", offset, "nA");
  foundation::check_range("offset", offset, "nA", false);
  if (!(frequency >= 0.0 && frequency <= kMaxFrequency)) {
    throw ParameterError("frequency", frequency, "Hz", "must be >= 0 and <= 1e9 Hz");
  }
  check_finite("phase", phase, "degrees");
  check_times(start, stop);
}

}  // namespace va_event
