// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <string>

#include "recording/files/formats.hpp"
#include "recording/files/spike_text.hpp"

// Spikes as NEST's ASCII recorder writes them: one line each, id and time [ms] with a tab between, no header.

namespace va_event::recording {

void write_gdf(AtomicFile& file, const Spikes& spikes, Populations /*populations*/) {
  for (std::size_t i = 0; i < spikes.size(); ++i) {
    std::string time = time_text(spikes, i);
    if (time.find('.') == std::string::npos) {
      time += ".0";  // Neo's NestIO takes all times for whole numbers when the first line has no point
    }
    file.write(std::to_string(spikes.ids[i]) + '\t' + time + '\n');
  }
}

}  // namespace va_event::recording
