// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "../synapses/plastic_kinds.hpp"
#include "../synapses/plastic_types.hpp"
#include "va_event/va_event.hpp"

/// Networks of synapses of every type, for tests that compare bits.
namespace va_event::testing_support {

inline constexpr std::size_t kExcitatory = 48, kInhibitory = 12, kSources = 12;
inline constexpr double kDuration = 70.0;

/// A type of synapses whose weights are about `weight`; the pairs of cells are kSources + kExcitatory times all
/// neurons.
struct NamedType {
  std::string name;
  std::function<SynapseType(double weight)> make;
};

inline const std::vector<NamedType>& types() {
  static const std::vector<NamedType> all = [] {
    std::vector<NamedType> list;
    const Values delays = RandomDistribution("uniform", {0.2, 6.0});
    for (const auto& [name, kind] : plastic_kinds()) {
      const bool own = list.size() % 2 == 1;
      list.push_back({name, [kind = kind, own, delays](double weight) {
                        std::mt19937_64 generator(1 + kind.group);
                        std::vector<reference::Plasticity> numbers(
                            own ? (kSources + kExcitatory) * (kExcitatory + kInhibitory) : 1);
                        for (reference::Plasticity& p : numbers) {
                          p = random_numbers(kind, weight, generator);
                          p.A_plus = std::max(p.A_plus, 0.05);
                          p.w_min = 0.0;  // weights around the middle
                          p.w_max = 2.0 * weight;
                        }
                        return synapse_type(numbers, RandomDistribution("uniform", {0.5 * weight, 1.5 * weight}),
                                            kind.group % 3 == 0 ? Values(1.5) : delays);
                      }});
    }
    const Values U = RandomDistribution("uniform", {0.2, 0.9});
    list.push_back({"TsodyksMarkramOwn", [=](double weight) {
                      return TsodyksMarkramSynapse{.weight = weight, .delay = delays, .U = U, .tau_facil = 30.0};
                    }});
    list.push_back({"SimpleStochastic", [=](double weight) {
                      return SimpleStochasticSynapse{.weight = weight, .delay = delays, .p = 0.6};
                    }});
    list.push_back({"SimpleStochasticOwn",
                    [=](double weight) { return SimpleStochasticSynapse{.weight = weight, .delay = 1.5, .p = U}; }});
    list.push_back({"StochasticTsodyksMarkram", [=](double weight) {
                      return StochasticTsodyksMarkramSynapse{.weight = weight, .delay = 1.5, .tau_rec = 40.0};
                    }});
    list.push_back({"StochasticTsodyksMarkramOwn", [=](double weight) {
                      return StochasticTsodyksMarkramSynapse{
                          .weight = weight, .delay = delays, .U = U, .tau_rec = 40.0, .tau_facil = 20.0};
                    }});
    list.push_back({"MultiQuantal", [=](double weight) {
                      return MultiQuantalSynapse{.weight = weight, .delay = delays, .n = 5.0, .tau_rec = 40.0};
                    }});
    list.push_back({"MultiQuantalOwn", [=](double weight) {
                      return MultiQuantalSynapse{.weight = weight, .delay = 1.5, .U = U, .n = 5.0, .tau_rec = 40.0};
                    }});
    return list;
  }();
  return all;
}

/// All excitatory synapses are of the type; conductance-based neurons for every other type.
struct PlasticNetwork {
  explicit PlasticNetwork(std::size_t type, unsigned threads, std::shared_ptr<Processes> processes = nullptr,
                          SimulationMethod method = SimulationMethod::automatic)
      : simulation({.seed = 4, .threads = threads, .method = method, .processes = std::move(processes)}) {
    const bool conductances = type % 2 == 1;
    const CellType neuron = conductances
                                ? CellType(IfCondExp{.v_rest = -60.0, .cm = 0.2, .tau_refrac = 3.0, .v_reset = -60.0})
                                : CellType(IfCurrExp{.v_rest = -52.0, .cm = 0.2, .tau_refrac = 3.0, .v_reset = -60.0});
    const Population excitatory = simulation.create(kExcitatory, neuron);
    const Population inhibitory = simulation.create(kInhibitory, neuron);
    const Population sources = simulation.create(kSources, SpikeSourcePoisson{.rate = 120.0});
    const Assembly neurons = excitatory + inhibitory;
    neurons.initialize("v", RandomDistribution("uniform", {-60.0, -50.0}));
    const double weight = conductances ? 0.012 : 0.2;
    plastic.push_back(simulation.connect(sources + excitatory, neurons, FixedProbabilityConnector(0.25),
                                         types()[type].make(weight), {.receptor_type = "excitatory"}));
    simulation.connect(inhibitory, neurons, FixedProbabilityConnector(0.25), {conductances ? 0.03 : -0.3, 0.7},
                       {.receptor_type = "inhibitory"});
    all.push_back(neurons + sources);
    all[0].record("spikes");
  }

  struct Outcome {
    Spikes spikes;
    std::vector<double> weights;
    std::uint64_t synaptic_events = 0;
  };
  [[nodiscard]] Outcome outcome() const {
    return {all[0].spikes(), plastic[0].weights(), simulation.statistics().synaptic_events};
  }

  Simulation simulation;
  std::vector<Projection> plastic;  ///< one
  std::vector<Assembly> all;        ///< one: all cells
};

}  // namespace va_event::testing_support
