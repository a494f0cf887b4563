// SPDX-License-Identifier: Apache-2.0
// Few neurons with a current or parameters of their own are taken apart from their population, many make the whole
// population one of neurons of their own. Which of the two it is leaves no trace.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include "va_event/va_event.hpp"

namespace va_event {
namespace {

constexpr std::size_t kNeurons = 120;

/// The spikes of the first kNeurons neurons. @param idle so many neurons without synapses, of other parameters
template <class Type>
Spikes simulate(const Type& type, double weight, bool own_delays, std::size_t idle, SimulationMethod method) {
  Simulation simulation({.seed = 3, .threads = 1, .method = method});
  const Population cells = simulation.create(kNeurons + idle, type);
  cells.initialize("v", RandomDistribution("uniform", {-60.0, -50.0}));
  for (std::size_t k = 0; k < idle; ++k) {
    cells.slice(kNeurons + k, kNeurons + k + 1).set("tau_m", 15.0 + 0.01 * static_cast<double>(k));
  }
  cells.slice(7, 8).set("tau_m", 25.0);
  std::mt19937 random(8);
  std::vector<ListedConnection> list;
  for (std::size_t k = 0; k < 2400; ++k) {
    const auto pre = static_cast<CellId>(random() % kNeurons);
    const auto post = static_cast<CellId>(random() % kNeurons);  // some pairs occur twice
    const double delay = own_delays ? 0.3 + 0.001 * static_cast<double>(random() % 3000) : 0.5;
    list.push_back({pre, post, weight * (0.5 + 0.001 * static_cast<double>(random() % 1000)), delay});
  }
  simulation.connect(cells, cells, FromListConnector(list), {});
  cells.slice(0, kNeurons).record("spikes");
  simulation.run(40.0);
  cells.slice(50, 51).inject(DCSource{.amplitude = 0.05, .start = 41.3, .stop = 77.7});
  cells.slice(119, 120).set("tau_syn_E", 3.5);
  simulation.run(100.0);
  cells.slice(119, 120).set("tau_syn_E", 5.0);  // as the others again
  simulation.run(60.0);
  return cells.slice(0, kNeurons).spikes();
}

template <class Type>
void expect_no_trace(const Type& type, double weight) {
  for (const SimulationMethod method : {SimulationMethod::one_by_one, SimulationMethod::near_spikes}) {
    for (const bool own_delays : {false, true}) {
      const Spikes few = simulate(type, weight, own_delays, 0, method);
      EXPECT_GT(few.size(), 2 * kNeurons);
      EXPECT_TRUE(few == simulate(type, weight, own_delays, 60, method))
          << name_of(method) << (own_delays ? ", own delays" : ", one delay");
    }
  }
}

TEST(ExceptionalNeurons, LeaveNoTraceInCurrentBasedNetworks) {
  expect_no_trace(IfCurrExp{.v_rest = -49.0, .cm = 0.2, .tau_refrac = 5.0, .v_reset = -60.0}, 0.02);
}

TEST(ExceptionalNeurons, LeaveNoTraceInConductanceBasedNetworks) {
  expect_no_trace(IfCondExp{.v_rest = -49.0, .cm = 0.2, .tau_refrac = 5.0, .e_rev_I = -80.0, .v_reset = -60.0}, 0.001);
}

}  // namespace
}  // namespace va_event
