// SPDX-License-Identifier: Apache-2.0
// Work whose instructions check.py counts under callgrind: those inside of counted() only. Prints the number of
// synaptic events that it consisted of. usage: instructions_workload NAME
#include <cmath>
#include <cstdint>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "balanced/balanced.hpp"
#include "brunel/brunel.hpp"
#include "microcircuit/microcircuit.hpp"
#include "va_event/va_event.hpp"

namespace va_event {
namespace {

enum class Until { prepare, work, verify };

constexpr double kDuration = 100.0;  // [ms]

/// The same number of spikes, within 2 %, in a fine clock-driven simulation.
bool is_right(const Simulation& simulation, const Cells& cells) {
  FixedStepSimulation clocked(simulation, {Method::rk4, 0.0625, SpikeTiming::cubic, DelayTiming::continuous});
  clocked.run(simulation.now().ms());
  const auto expected = static_cast<double>(clocked.spikes(cells).size());
  return std::abs(static_cast<double>(cells.spikes().size()) - expected) < 0.02 * expected;
}

/// What makes synaptic events and neurons different from each other.
struct Variety {
  bool delays = false;      ///< each synapse has its own delay
  bool parameters = false;  ///< each neuron has its own parameters
  bool few = false;         ///< three of the neurons have a current or parameters of their own
};

/// Vogels-Abbott with 1000 neurons and 80 synapses each. @return its neurons
Population build(Simulation& simulation, const CellType& cell, const SynapseType& exc, const StaticSynapse& inh,
                 bool stimulus, Variety variety) {
  const Population cells = simulation.create(1000, cell);
  cells.initialize("v", RandomDistribution("uniform", {-60.0, -50.0}));
  if (variety.parameters) {
    cells.set("tau_m", RandomDistribution("uniform", {18.0, 22.0}));
    cells.set("cm", RandomDistribution("uniform", {0.18, 0.22}));
    cells.set("tau_syn_E", RandomDistribution("uniform", {4.5, 5.5}));
  }
  if (variety.few) {
    cells.slice(100, 102).inject(DCSource{.amplitude = 0.01, .start = 10.0});
    cells.slice(900, 901).set("tau_m", 21.0);
  }
  ProjectionOptions to_inhibitory;
  to_inhibitory.receptor_type = "inhibitory";
  const FixedProbabilityConnector connector(0.08);
  simulation.connect(cells.slice(0, 800), cells, connector, exc);
  simulation.connect(cells.slice(800, 1000), cells, connector, inh, to_inhibitory);
  if (stimulus) {
    const Population sources = simulation.create(20, SpikeSourcePoisson{100.0, 0.0, 50.0});
    simulation.connect(sources, cells, FixedProbabilityConnector(0.01), {0.1, 0.2});
  }
  cells.record("spikes");
  return cells;
}

/// That network for kDuration, with static synapses of weights `exc` and `inh`.
std::uint64_t network(const CellType& cell, double exc, double inh, bool stimulus, Variety variety, Until until) {
  Simulation simulation({.seed = 17, .threads = 1});
  const Values delay = variety.delays ? Values(RandomDistribution("uniform", {0.1, 5.0})) : Values(0.2);
  const Population cells =
      build(simulation, cell, StaticSynapse{exc, delay}, StaticSynapse{inh, delay}, stimulus, variety);
  simulation.run(until == Until::prepare ? 0.0 : kDuration);
  return until != Until::verify || is_right(simulation, cells) ? simulation.statistics().synaptic_events : 0;
}

std::uint64_t cuba(Variety variety, Until until) {
  return network(
      IfCurrExp{.v_rest = -49.0, .cm = 0.2, .tau_refrac = 5.0, .tau_syn_E = 5.0, .tau_syn_I = 10.0, .v_reset = -60.0},
      0.0162, -0.09, false, variety, until);
}

CellType coba_cell() {
  return IfCondExp{.v_rest = -60.0,
                   .cm = 0.2,
                   .tau_refrac = 5.0,
                   .tau_syn_E = 5.0,
                   .tau_syn_I = 10.0,
                   .e_rev_I = -80.0,
                   .v_reset = -60.0};
}

std::uint64_t coba(Variety variety, Until until) { return network(coba_cell(), 0.004, 0.051, true, variety, until); }

/// network_coba with excitatory synapses of another type, for kDuration.
std::uint64_t plastic_coba(const SynapseType& exc, Until until) {
  const auto spikes = [&](Precision precision, std::uint64_t& events) {
    Simulation simulation({.seed = 17, .precision = precision, .threads = 1});
    const Population cells = build(simulation, coba_cell(), exc, StaticSynapse{0.051, 0.2}, true, {});
    simulation.run(until == Until::prepare ? 0.0 : kDuration);
    events = simulation.statistics().synaptic_events;
    return cells.spikes().size();
  };
  std::uint64_t events = 0;
  std::uint64_t unused = 0;
  const std::size_t count = spikes(Precision(), events);
  return until != Until::verify || count == spikes(Precision::quad(), unused) ? events : 0;
}

/// Weights stay within their bounds, and are nearly balanced.
std::uint64_t plastic_stdp(Until until) {
  return plastic_coba(StdpMechanism{.timing_dependence = SpikePairRule{.A_plus = 0.01, .A_minus = 0.0105},
                                    .weight_dependence = AdditiveWeightDependence{.w_min = 0.0, .w_max = 0.008},
                                    .weight = 0.004,
                                    .delay = 0.2},
                      until);
}

/// So fast a recovery that the network goes on firing.
std::uint64_t plastic_tsodyks_markram(Until until) {
  return plastic_coba(
      TsodyksMarkramSynapse{.weight = 0.008, .delay = 0.2, .U = 0.5, .tau_rec = 1.0, .tau_facil = 1000.0}, until);
}

/// 1544 neurons with half of the published inputs: each gets about 20,000 synaptic events per second, 8,000 of them
/// from its Poisson source. Short, since so few neurons with so many inputs in common diverge soon.
/// @param own_time_constants  of each neuron, close to the published ones
/// @param common  the synapses of a projection share weight and delay
std::uint64_t microcircuit(bool poisson, bool own_time_constants, bool common, Until until) {
  constexpr double kShort = 20.0;  // [ms]
  Simulation simulation({.seed = 17, .threads = 1});
  const benchmarks::Microcircuit network(simulation,
                                         {.neurons = 0.02, .inputs = 0.5, .poisson = poisson, .common = common});
  const Assembly cells = network.cells();
  if (own_time_constants) {
    cells.set("tau_m", RandomDistribution("uniform", {9.0, 11.0}));
    cells.set("tau_syn_E", RandomDistribution("uniform", {0.5, 0.55}));
    cells.set("tau_syn_I", RandomDistribution("uniform", {0.5, 0.55}));
  }
  cells.record("spikes");
  simulation.run(until == Until::prepare ? 0.0 : kShort);
  return until != Until::verify || is_right(simulation, cells) ? simulation.statistics().synaptic_events : 0;
}

/// 2500 neurons with delta synapses, each with 250 inputs of one delay and a Poisson source of 4 kHz.
std::uint64_t brunel(Until until) {
  constexpr double kShort = 40.0;  // [ms]
  const auto simulate = [until](SimulationMethod method) {
    Simulation simulation({.seed = 17, .threads = 1, .method = method});
    const Assembly cells = benchmarks::Brunel(simulation, {.scale = 0.2}).cells();
    cells.record("spikes");
    simulation.run(until == Until::prepare ? 0.0 : kShort);
    return std::pair(cells.spikes(), simulation.statistics().synaptic_events);
  };
  const auto [spikes, events] = simulate(SimulationMethod::order_free);
  // The event loop has the same spikes to the last bit.
  return until != Until::verify || spikes == simulate(SimulationMethod::one_by_one).first ? events : 0;
}

/// 800 conductance-based neurons with 80 inputs and a Poisson source of 2 kHz each.
std::uint64_t balanced(Until until) {
  Simulation simulation({.seed = 17, .threads = 1});
  const Assembly cells = benchmarks::Balanced(simulation, {.scale = 0.2}).cells();
  cells.record("spikes");
  simulation.run(until == Until::prepare ? 0.0 : kDuration);
  return until != Until::verify || is_right(simulation, cells) ? simulation.statistics().synaptic_events : 0;
}

/// 300 neurons with a Poisson source of 10 kHz each and nothing else, just below the threshold on average.
std::uint64_t poisson_each(Until until) {
  Simulation simulation({.seed = 17, .threads = 1});
  const IfCurrExp cell;
  const double weight = 0.95 * (cell.v_thresh - cell.v_rest) * cell.cm / cell.tau_m / (10.0 * cell.tau_syn_E);
  const Population cells = simulation.create(300, cell);
  const Population sources = simulation.create(300, SpikeSourcePoisson{.rate = 10000.0});
  simulation.connect(sources, cells, OneToOneConnector(), {weight, 0.1});
  cells.record("spikes");
  simulation.run(until == Until::prepare ? 0.0 : kDuration);
  return until != Until::verify || is_right(simulation, cells) ? simulation.statistics().synaptic_events : 0;
}

}  // namespace
}  // namespace va_event

int main(int argc, char** argv) {
  using namespace va_event;
  const std::map<std::string, std::function<std::uint64_t(Until)>> workloads = {
      {"network_cuba", [](Until until) { return cuba({}, until); }},
      {"network_cuba_own_delays", [](Until until) { return cuba({.delays = true}, until); }},
      {"network_cuba_own_parameters", [](Until until) { return cuba({.parameters = true}, until); }},
      {"network_cuba_few_exceptions", [](Until until) { return cuba({.few = true}, until); }},
      {"network_cuba_own_delays_few_exceptions",
       [](Until until) { return cuba({.delays = true, .few = true}, until); }},
      {"network_coba_few_exceptions", [](Until until) { return coba({.few = true}, until); }},
      {"network_coba_own_delays_few_exceptions",
       [](Until until) { return coba({.delays = true, .few = true}, until); }},
      {"network_coba", [](Until until) { return coba({}, until); }},
      {"network_coba_own_delays", [](Until until) { return coba({.delays = true}, until); }},
      {"network_coba_own_parameters", [](Until until) { return coba({.parameters = true}, until); }},
      {"balanced_cond_exp", [](Until until) { return balanced(until); }},
      {"brunel_delta", [](Until until) { return brunel(until); }},
      {"microcircuit_with_current", [](Until until) { return microcircuit(false, false, false, until); }},
      {"microcircuit_with_current_common", [](Until until) { return microcircuit(false, false, true, until); }},
      {"microcircuit_with_poisson", [](Until until) { return microcircuit(true, false, false, until); }},
      {"microcircuit_with_poisson_common", [](Until until) { return microcircuit(true, false, true, until); }},
      {"microcircuit_with_poisson_own_time_constants",
       [](Until until) { return microcircuit(true, true, false, until); }},
      {"plastic_stdp", plastic_stdp},
      {"plastic_tsodyks_markram", plastic_tsodyks_markram},
      {"poisson_each", poisson_each}};
  const std::map<std::string, Until> modes = {
      {"prepare", Until::prepare}, {"work", Until::work}, {"verify", Until::verify}};
  if (argc != 3 || workloads.count(argv[1]) == 0 || modes.count(argv[2]) == 0) {
    for (const auto& [name, work] : workloads) {
      std::cout << name << '\n';
    }
    return argc == 1 ? 0 : 2;
  }
  const Until until = modes.at(argv[2]);
  const std::uint64_t events = workloads.at(argv[1])(until);
  std::cout << events << '\n';
  return events > 0 || until == Until::prepare ? 0 : 1;
}
