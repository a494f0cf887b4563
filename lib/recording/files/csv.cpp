// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>

#include "foundation/number_text.hpp"
#include "recording/files/formats.hpp"
#include "recording/files/spike_text.hpp"

// Text with commas and one header line. Every number has as many digits as reading it back exactly needs.

namespace va_event::recording {

void write_csv(AtomicFile& file, const Spikes& spikes, Populations /*populations*/) {
  file.write("id,time_ms\n");
  for (std::size_t i = 0; i < spikes.size(); ++i) {
    file.write(std::to_string(spikes.ids[i]) + ',' + time_text(spikes, i) + '\n');
  }
}

void write_csv(AtomicFile& file, const Signal& signal, Populations /*populations*/) {
  std::string line = "time_ms";
  for (const CellId id : signal.ids) {
    line += ',' + std::to_string(id);
  }
  file.write(line + '\n');
  for (std::size_t sample = 0; sample < signal.samples(); ++sample) {
    line = foundation::shortest_text(signal.time(sample));
    for (std::size_t column = 0; column < signal.ids.size(); ++column) {
      line += ',' + foundation::shortest_text(signal.at(sample, column));
    }
    file.write(line + '\n');
  }
}

void write_csv(AtomicFile& file, const Connections& connections, Populations /*populations*/) {
  file.write("pre,post,weight_" + connections.weight_unit + ",delay_ms\n");
  for (std::size_t i = 0; i < connections.size(); ++i) {
    file.write(std::to_string(connections.pre[i]) + ',' + std::to_string(connections.post[i]) + ',' +
               foundation::shortest_text(connections.weights[i]) + ',' +
               foundation::shortest_text(connections.delays[i]) + '\n');
  }
}

void write_csv(AtomicFile& file, const SynapseSignal& signal, Populations /*populations*/) {
  std::string line = "time_ms";
  for (const std::uint64_t synapse : signal.synapses) {
    line += ',' + std::to_string(synapse);
  }
  file.write(line + '\n');
  for (std::size_t sample = 0; sample < signal.samples(); ++sample) {
    line = foundation::shortest_text(signal.time(sample));
    for (std::size_t column = 0; column < signal.synapses.size(); ++column) {
      line += ',' + foundation::shortest_text(signal.at(sample, column));
    }
    file.write(line + '\n');
  }
}

void write_csv(AtomicFile& file, const SynapseChanges& changes, Populations /*populations*/) {
  file.write("time_ms,synapse,pre,post," + changes.variable + (changes.unit.empty() ? "" : '_' + changes.unit) + '\n');
  for (std::size_t k = 0; k < changes.size(); ++k) {
    file.write(time_text(changes.times[k]) + ',' + std::to_string(changes.synapses[k]) + ',' +
               std::to_string(changes.pre[k]) + ',' + std::to_string(changes.post[k]) + ',' +
               foundation::shortest_text(changes.values[k]) + '\n');
  }
}

}  // namespace va_event::recording
