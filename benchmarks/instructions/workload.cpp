// SPDX-License-Identifier: Apache-2.0
// Work whose instructions check.py counts under callgrind: those inside of counted() only. Prints the number of
// synaptic events that it consisted of. usage: instructions_workload NAME
#include <cstdint>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "batch_sample.hpp"
#include "va_event/va_event.hpp"

// callgrind finds it by this name.
extern "C" __attribute__((noinline)) void counted(const std::function<void()>& work) { work(); }

namespace va_event {
namespace {

using kernels::batch_sample::Curr, kernels::batch_sample::Cond;

/// 0 when the result is wrong.
template <class Kernel>
std::uint64_t batch(bool simple) {
  const auto all = kernels::batch_sample::spikes(kernels::batch_sample::Example<Kernel>::kSpikesPerMs);
  const kernels::batch_sample::Network<Kernel> start(simple);
  auto network = start;
  kernels::BatchReport report;
  counted([&] {
    for (const auto& spike : all) {
      network.deliver(spike, report);
    }
  });
  return agrees_with_scalar_kernel(start, all, network) ? all.size() * kernels::batch_sample::kTargets : 0;
}

/// Vogels-Abbott with 1000 neurons and 80 synapses each, 100 ms.
std::uint64_t network(const CellType& cell, double exc, double inh, bool stimulus) {
  Simulation simulation({.seed = 17, .threads = 1});
  const Population cells = simulation.create(1000, cell);
  cells.initialize("v", RandomDistribution("uniform", {-60.0, -50.0}));
  ProjectionOptions to_inhibitory;
  to_inhibitory.receptor_type = "inhibitory";
  const FixedProbabilityConnector connector(0.08);
  simulation.connect(cells.slice(0, 800), cells, connector, {exc, 0.2});
  simulation.connect(cells.slice(800, 1000), cells, connector, {inh, 0.2}, to_inhibitory);
  if (stimulus) {
    const Population sources = simulation.create(20, SpikeSourcePoisson{100.0, 0.0, 50.0});
    simulation.connect(sources, cells, FixedProbabilityConnector(0.01), {0.1, 0.2});
  }
  counted([&] { simulation.run(100.0); });
  return simulation.statistics().synaptic_events;
}

std::uint64_t cuba() {
  return network(
      IfCurrExp{.v_rest = -49.0, .cm = 0.2, .tau_refrac = 5.0, .tau_syn_E = 5.0, .tau_syn_I = 10.0, .v_reset = -60.0},
      0.0162, -0.09, false);
}

std::uint64_t coba() {
  return network(IfCondExp{.v_rest = -60.0,
                           .cm = 0.2,
                           .tau_refrac = 5.0,
                           .tau_syn_E = 5.0,
                           .tau_syn_I = 10.0,
                           .e_rev_I = -80.0,
                           .v_reset = -60.0},
                 0.004, 0.051, true);
}

}  // namespace
}  // namespace va_event

int main(int argc, char** argv) {
  using namespace va_event;
  const std::map<std::string, std::function<std::uint64_t()>> workloads = {
      {"batch_curr_exp", [] { return batch<Curr>(true); }},
      {"batch_curr_exp_any_time_constants", [] { return batch<Curr>(false); }},
      {"batch_cond_exp", [] { return batch<Cond>(true); }},
      {"batch_cond_exp_any_time_constants", [] { return batch<Cond>(false); }},
      {"network_cuba", cuba},
      {"network_coba", coba}};
  if (argc != 2 || workloads.count(argv[1]) == 0) {
    for (const auto& [name, work] : workloads) {
      std::cout << name << '\n';
    }
    return argc == 1 ? 0 : 2;
  }
  const std::uint64_t events = workloads.at(argv[1])();
  std::cout << events << '\n';
  return events > 0 ? 0 : 1;
}
