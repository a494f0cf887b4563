// SPDX-License-Identifier: Apache-2.0
// One neuron, driven hard by one spike: a small network that touches each part of the library, files included.
#include <cmath>
#include <cstdio>
#include <string>
#include <va_event/va_event.hpp>

int main() {
  va_event::Simulation simulation;
  const auto input = simulation.create(1, va_event::SpikeSourceArray{{1.0}});
  const auto cell = simulation.create(1, va_event::IfCurrExp{.tau_m = 20.0, .tau_syn_E = 10.0});
  cell.initialize("v", -65.0);
  simulation.connect(input, cell, va_event::AllToAllConnector(), {.weight = 100.0, .delay = 0.25});
  cell.record("spikes");
  simulation.run(10.0);

  const auto spikes = cell.spikes();
  cell.write("consumer_spikes.h5");
  std::remove("consumer_spikes.h5");
  if (spikes.size() == 0) {
    std::puts("no spike");
    return 1;
  }
  // With tau_m = 2 tau_syn and x = exp(-t/tau_m) the potential is v_rest + 2000 mV (x - x^2), a quadratic equation for
  // the threshold 15 mV above rest.
  const double expected = 1.25 - 20.0 * std::log((1.0 + std::sqrt(1.0 - 4.0 * 15.0 / 2000.0)) / 2.0);
  std::printf("va_event %s: %zu spikes, the first at %.15g ms, expected %.15g ms\n",
              std::string(va_event::version()).c_str(), spikes.size(), spikes.times[0].ms(), expected);
  return std::abs(spikes.times[0].ms() - expected) < 1e-12 ? 0 : 1;
}
