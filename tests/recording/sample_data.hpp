// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "va_event/data.hpp"

/// Data given by formulas that check_files.py knows too: each side computes what the files must hold.
namespace va_event::testing_support {

/// Three populations; of "stim/ulus" nothing is recorded.
inline std::vector<PopulationRange> sample_populations() {
  return {{"exc", "IF_cond_exp", 0, 30}, {"inh é", "IF_cond_exp", 30, 20}, {"stim/ulus", "SpikeSourcePoisson", 50, 5}};
}

/// Spike k of 1000: the first ten at k ms, so that the first line of a text has no fraction; the others at
/// (10^7 + k) ms + (k mod 10)/10 + 2^-40, which a double cannot hold.
inline Spikes sample_spikes() {
  Spikes spikes;
  for (int k = 0; k < 1000; ++k) {
    spikes.times.push_back(k < 10 ? Time(k) : Time::from_parts(10000000 + k, (k % 10) / 10.0 + 0x1p-40));
    spikes.ids.push_back(static_cast<CellId>(7 * k % 50));
  }
  return spikes;
}

/// The first 100 of these spikes with two tails: 2^-80 times (k + 1), and that times -2^-60.
inline Spikes sample_wide_spikes() {
  Spikes spikes = sample_spikes();
  spikes.times.resize(100);
  spikes.ids.resize(100);
  spikes.tails_per_spike = 2;
  spikes.decimals = 45;
  for (int k = 0; k < 100; ++k) {
    spikes.tails.push_back((k + 1) * 0x1p-80);
    spikes.tails.push_back((k + 1) * -0x1p-140);
  }
  return spikes;
}

/// 5000 samples (more than one chunk of a file) of 20 cells, 20 ... 29 and then every second one up to 48.
inline Signal sample_signal() {
  Signal signal;
  signal.variable = std::string("v");
  signal.unit = std::string("mV");
  signal.sampling_interval = 0.1;
  signal.first_sample = 99999995;  // t around 1e7 ms
  for (CellId id = 20; id < 50; id += id < 30 ? 1 : 2) {
    signal.ids.push_back(id);
  }
  for (std::size_t sample = 0; sample < 5000; ++sample) {
    for (std::size_t column = 0; column < signal.ids.size(); ++column) {
      signal.values.push_back(-70.0 + static_cast<double>((131 * sample + 17 * column) % 1000) / 7.0);
    }
  }
  signal.values[0] = 5e-324;  // the smallest double
  signal.values[1] = -0.0;
  return signal;
}

/// A recorded variable before its first sample.
inline Signal unsampled_signal() {
  Signal signal = sample_signal();
  signal.values.clear();
  return signal;
}

/// 500 synapses: number k from cell 7 k mod 55 onto cell 3 k mod 50, of weight k/7 - 20 nA and delay (k + 1)/10 ms.
inline Connections sample_connections() {
  Connections connections;
  for (int k = 0; k < 500; ++k) {
    connections.pre.push_back(static_cast<CellId>(7 * k % 55));
    connections.post.push_back(static_cast<CellId>(3 * k % 50));
    connections.weights.push_back(k / 7.0 - 20.0);
    connections.delays.push_back((k + 1) / 10.0);
  }
  connections.weight_unit = "nA";
  return connections;
}

/// Samples 3, 4 and 5 of synapses 1, 4, 7, ... 499 of these connections: k/3 + column.
inline SynapseSignal sample_synapse_signal() {
  const Connections connections = sample_connections();
  SynapseSignal signal;
  signal.variable = std::string("weight");
  signal.unit = std::string("nA");
  signal.sampling_interval = 2.5;
  signal.first_sample = 3;
  for (std::uint64_t synapse = 1; synapse < 500; synapse += 3) {
    signal.synapses.push_back(synapse);
    signal.pre.push_back(connections.pre[synapse]);
    signal.post.push_back(connections.post[synapse]);
  }
  for (int sample = 3; sample < 6; ++sample) {
    for (std::size_t column = 0; column < signal.synapses.size(); ++column) {
      signal.values.push_back(sample / 3.0 + static_cast<double>(column));
    }
  }
  return signal;
}

/// A change at the time of each of the spikes: number k is of synapse 11 k mod 500, to k/7.
inline SynapseChanges sample_synapse_changes() {
  const Connections connections = sample_connections();
  SynapseChanges changes;
  changes.variable = std::string("u");
  changes.times = sample_spikes().times;
  for (std::uint64_t k = 0; k < changes.times.size(); ++k) {
    const std::uint64_t synapse = 11 * k % 500;
    changes.synapses.push_back(synapse);
    changes.pre.push_back(connections.pre[synapse]);
    changes.post.push_back(connections.post[synapse]);
    changes.values.push_back(static_cast<double>(k) / 7.0);
  }
  return changes;
}

}  // namespace va_event::testing_support
