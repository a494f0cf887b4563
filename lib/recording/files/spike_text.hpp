// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "foundation/decimal_text.hpp"
#include "va_event/data.hpp"

namespace va_event::recording {

/// The time of a spike [ms] with every digit: as few as a double needs, or all that a wider simulation is worth.
[[nodiscard]] inline std::string time_text(const Spikes& spikes, std::size_t spike) {
  return spikes.decimals == 0 ? spikes.times[spike].to_string()
                              : foundation::decimal_text(spikes.times[spike], spikes.tails_of(spike), spikes.decimals);
}

}  // namespace va_event::recording
