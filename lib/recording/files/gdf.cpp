// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <string>

#include "recording/files/formats.hpp"

namespace va_event::recording {

void write_gdf(AtomicFile& file, const Spikes& spikes, Populations /*populations*/) {
  for (std::size_t i = 0; i < spikes.size(); ++i) {
    file.write(std::to_string(spikes.ids[i]) + '\t' + spikes.times[i].to_string() + '\n');
  }
}

}  // namespace va_event::recording
