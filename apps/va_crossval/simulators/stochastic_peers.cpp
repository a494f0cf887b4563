// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/simulators/stochastic_peers.hpp"

#include <algorithm>
#include <cmath>

#include "va_crossval/plasticity_network.hpp"

namespace va_event::crossval {
namespace {

constexpr std::size_t kNeurons = 1000;
constexpr double kDuration = 400.0;  // [ms]
constexpr double kWeight = 150.0;    // [nA]: one of three sites is enough for a spike within 0.1 ms
constexpr double kDelay = 1.0;       // [ms]
constexpr double kWithin = 5.0;      // [ms] after the arrival; no interval of the source is as short

SynapseType simple(const StochasticCase& of, double weight, double delay) {
  return SimpleStochasticSynapse{.weight = weight, .delay = delay, .p = of.parameter("p")};
}
SynapseType tsodyks_markram(const StochasticCase& of, double weight, double delay) {
  return StochasticTsodyksMarkramSynapse{.weight = weight,
                                         .delay = delay,
                                         .U = of.parameter("U"),
                                         .tau_rec = of.parameter("tau_rec"),
                                         .tau_facil = of.parameter("tau_facil")};
}
SynapseType multi_quantal(const StochasticCase& of, double weight, double delay) {
  return MultiQuantalSynapse{.weight = weight,
                             .delay = delay,
                             .U = of.parameter("U"),
                             .n = of.sites,
                             .tau_rec = of.parameter("tau_rec"),
                             .tau_facil = of.parameter("tau_facil")};
}

}  // namespace

double StochasticCase::parameter(const std::string& wanted) const {
  return std::find_if(parameters.begin(), parameters.end(), [&wanted](const auto& p) { return p.first == wanted; })
      ->second;
}

std::vector<StochasticCase> stochastic_cases() {
  return {{"simple_stochastic", "SimpleStochasticSynapse", {"nest", "neuron"}, {{"p", 0.35}}, simple, 1.0},
          {"stochastic_tsodyks_markram",
           "StochasticTsodyksMarkramSynapse",
           {"nest", "neuron"},
           {{"U", 0.3}, {"tau_rec", 60.0}, {"tau_facil", 40.0}},
           tsodyks_markram,
           1.0},
          {"multi_quantal",
           "MultiQuantalSynapse, n = 3",
           {"nest", "neuron"},
           {{"U", 0.2}, {"tau_rec", 90.0}, {"tau_facil", 30.0}, {"n", 3.0}},
           multi_quantal,
           3.0}};
}

std::vector<double> stochastic_source() {
  std::vector<double> times;
  double t = 5.3;
  for (int k = 0; t < kDuration - 10.0; ++k) {
    times.push_back(t);
    t += 8.0 + 7.0 * (k % 4) + (k % 10 == 9 ? 60.0 : 0.0);
  }
  return times;
}

std::vector<double> release_probabilities(const StochasticCase& of, const std::vector<double>& times) {
  if (of.key == "simple_stochastic") {
    return std::vector<double>(times.size(), of.parameter("p"));
  }
  std::vector<double> probabilities;
  double u = 0.0;
  double full = 1.0;  // the probability of each site
  for (std::size_t k = 0; k < times.size(); ++k) {
    const double h = k == 0 ? times[k] : times[k] - times[k - 1];
    u *= std::exp(-h / of.parameter("tau_facil"));
    u += of.parameter("U") * (1.0 - u);
    full += (1.0 - full) * (1.0 - std::exp(-h / of.parameter("tau_rec")));
    probabilities.push_back(1.0 - std::pow(1.0 - full * u, of.sites));
    full *= 1.0 - u;
  }
  return probabilities;
}

StochasticTask make_stochastic_task(const StochasticCase& of, std::uint64_t seed, const Session& session) {
  const std::vector<double> times = stochastic_source();
  Simulation simulation({.seed = seed});
  const Population source = simulation.create(1, SpikeSourceArray{{times.begin(), times.end()}});
  IfCurrExp neuron = PlasticSetup().neuron;
  neuron.tau_refrac = 4.0;
  neuron.tau_syn_E = 0.25;
  const Population neurons = simulation.create(kNeurons, neuron);
  neurons.initialize("v", neuron.v_rest);
  const Projection projection =
      simulation.connect(source, neurons, AllToAllConnector(), of.synapse(of, kWeight, kDelay));
  const CellType type(neuron);
  StochasticTask task{.description = {.model = std::string(type.model().name), .duration = kDuration}, .spikes = {}};
  for (std::size_t i = 0; i < type.values().size(); ++i) {
    task.description.parameters.emplace_back(type.model().parameters[i].name, type.values()[i]);
  }
  task.description.v = neurons.value("v");
  task.description.add(projection, kNeurons, 0, false, true);
  task.description.rule = of.key;
  task.description.rule_parameters = of.parameters;
  task.description.source_ids.assign(times.size(), kNeurons);
  task.description.source_times = times;
  neurons.record("spikes");
  session.run(simulation, kDuration);
  task.spikes = neurons.spikes();
  return task;
}

Table release_table() {
  return {.name = "releases",
          .title = "Stochastic synapses: releases of 1000 of them, and what their definition gives",
          .columns = {{"rule"},
                      {"simulator"},
                      {"spikes of the source"},
                      {"releases"},
                      {"expected"},
                      {"largest deviation at a spike", "std. errors"}}};
}

std::vector<Entry> row_of_releases(const StochasticCase& of, const std::string& simulator, const Spikes& spikes) {
  const std::vector<double> times = stochastic_source();
  const std::vector<double> probabilities = release_probabilities(of, times);
  double releases = 0.0, expected = 0.0, largest = 0.0;
  for (std::size_t k = 0; k < times.size(); ++k) {
    const auto count = static_cast<double>(std::count_if(spikes.times.begin(), spikes.times.end(), [&](const Time& t) {
      const double since = t.ms() - times[k] - kDelay;
      return since > -0.5 && since < kWithin;
    }));
    const double n = kNeurons;
    releases += count;
    expected += n * probabilities[k];
    largest = std::max(
        largest, std::abs(count - n * probabilities[k]) / std::sqrt(n * probabilities[k] * (1.0 - probabilities[k])));
  }
  return {of.name,  simulator, static_cast<std::int64_t>(times.size()), static_cast<std::int64_t>(releases),
          expected, largest};
}

}  // namespace va_event::crossval
