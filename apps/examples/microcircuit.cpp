// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "build_progress.hpp"
#include "examples/program.hpp"
#include "va_event/va_event.hpp"

/// The cortical microcircuit below 1 mm2 of surface: T. Potjans & M. Diesmann, The cell-type specific cortical
/// microcircuit, Cereb. Cortex 24:785-806 (2014), tables 4 and 5. Four layers, each with excitatory and inhibitory
/// neurons, 77,169 neurons and 299 million synapses, whose weights and delays are drawn one by one.
///
/// A scale < 1 keeps means and variances of the inputs (van Albada, Helias & Diesmann, PLoS Comput. Biol. 11:e1004490,
/// 2015): a neuron has `scale` times as many inputs, each is 1/sqrt(scale) times as strong, and a constant current
/// gives back the part of the mean that is lost. With too few inputs the activity is another one all the same; with
/// constant external input it dies out below a scale of about 0.15.

namespace {

using namespace va_event;

constexpr std::size_t kLayers = 8;
constexpr std::array<const char*, kLayers> kNames{"L2/3e", "L2/3i", "L4e", "L4i", "L5e", "L5i", "L6e", "L6i"};
constexpr std::array<double, kLayers> kNeurons{20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948};
constexpr std::array<double, kLayers> kExternalInputs{1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100};
/// Of the full network [Hz], as NEST's example of it gives them for this compensation (0.1 ms steps).
constexpr std::array<double, kLayers> kRates{0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829};
/// Probability that two neurons are connected by at least one synapse; kProbability[target][source].
constexpr std::array<std::array<double, kLayers>, kLayers> kProbability{{
    {0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0000, 0.0076, 0.0000},
    {0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0000, 0.0042, 0.0000},
    {0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0.0000},
    {0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0000, 0.1057, 0.0000},
    {0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0000},
    {0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0.0000},
    {0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252},
    {0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443},
}};

constexpr double kWeight = 0.0878;        // of an excitatory synapse [nA]: 0.15 mV at the peak
constexpr double kInhibition = -4.0;      // an inhibitory weight relative to it
constexpr double kWeightDeviation = 0.1;  // standard deviation relative to the mean
constexpr double kExternalRate = 8.0;     // of one external input [Hz]
constexpr double kDelayExc = 1.5;         // mean delay [ms]; the standard deviation is half of it
constexpr double kDelayInh = 0.75;
constexpr double kMinDelay = 0.1;  // [ms]: the time step of the publication
const IfCurrExp kNeuron{.v_rest = -65.0,
                        .cm = 0.25,
                        .tau_m = 10.0,
                        .tau_refrac = 2.0,
                        .tau_syn_E = 0.5,
                        .tau_syn_I = 0.5,
                        .v_reset = -65.0,
                        .v_thresh = -50.0};

bool inhibitory(std::size_t layer) { return layer % 2 == 1; }

/// Mean weight in the full network [nA]. That of L4e onto L2/3e is doubled (page 791).
double weight(std::size_t target, std::size_t source) {
  const double factor = inhibitory(source) ? kInhibition : target == 0 && source == 2 ? 2.0 : 1.0;
  return factor * kWeight;
}

/// Number of synapses in the full network: so many draws of a pair, with replacement, connect two given neurons with
/// the probability of the table (equation 1).
double synapses(std::size_t target, std::size_t source) {
  const double pairs = kNeurons[target] * kNeurons[source];
  return std::round(std::log1p(-kProbability[target][source]) / std::log1p(-1.0 / pairs));
}

/// Constant current [nA] into a neuron: what the smaller number of inputs takes from the mean, and with `poisson`
/// false the mean of the external input.
double current(std::size_t target, double scale, bool poisson) {
  const double external = kWeight * kExternalInputs[target] * kExternalRate;
  double input = poisson ? external : 0.0;  // [nA Hz]
  for (std::size_t source = 0; source < kLayers; ++source) {
    input += weight(target, source) * synapses(target, source) / kNeurons[target] * kRates[source];
  }
  const double tau_syn = kNeuron.tau_syn_E * 1e-3;  // [s]
  return tau_syn * ((1.0 - std::sqrt(scale)) * input + (poisson ? 0.0 : external));
}

/// Normal, drawn again where it is on the wrong side of `low` or beyond the opposite side.
RandomDistribution clipped(double mean, double deviation, double low, double high) {
  return {"normal_clipped", {mean, deviation, low, high}};
}

StaticSynapse synapse(double mean_weight, double mean_delay) {
  const double low = std::min(0.0, 2.0 * mean_weight);  // the sign stays
  return {
      .weight = clipped(mean_weight, kWeightDeviation * std::abs(mean_weight), low, low + 2.0 * std::abs(mean_weight)),
      .delay = clipped(mean_delay, 0.5 * mean_delay, kMinDelay, 10.0 * mean_delay)};
}

examples::Network build(Simulation& sim, double scale, bool poisson, const examples::BuildProgress& progress) {
  if (std::lround(*std::min_element(kNeurons.begin(), kNeurons.end()) * scale) == 0) {
    throw ParameterError("--scale", scale, "", "must be >= 0.0005: every population needs a neuron");
  }
  examples::Network network;
  double expected = 0.0;
  for (std::size_t i = 0; i < kLayers; ++i) {
    IfCurrExp neuron = kNeuron;
    neuron.i_offset = current(i, scale, poisson);
    const auto size = static_cast<std::size_t>(std::lround(kNeurons[i] * scale));
    const Population neurons = sim.create(size, neuron, {.label = kNames[i]});
    neurons.initialize("v", RandomDistribution("normal", {-58.0, 10.0}));
    network.layers.push_back({neurons, inhibitory(i), kRates[i]});
    for (std::size_t source = 0; source < kLayers; ++source) {
      expected += synapses(i, source) * scale * scale;
    }
  }

  double built = 0.0;
  for (std::size_t target = 0; target < kLayers; ++target) {
    for (std::size_t source = 0; source < kLayers; ++source) {
      const auto count = static_cast<std::size_t>(std::lround(synapses(target, source) * scale * scale));
      if (count > 0) {
        const FixedTotalNumberConnector pairs(count);
        const cli::WatchedConnector watched(pairs, static_cast<double>(count), [&](double done) {
          progress((built + done * static_cast<double>(count)) / expected);
        });
        network.projections.push_back(
            sim.connect(network.layers[source].neurons, network.layers[target].neurons, watched,
                        synapse(weight(target, source) / std::sqrt(scale), inhibitory(source) ? kDelayInh : kDelayExc),
                        {.receptor_type = inhibitory(source) ? "inhibitory" : "excitatory"}));
        built += static_cast<double>(count);
      }
    }
  }

  for (std::size_t i = 0; i < kLayers && poisson; ++i) {  // all external inputs of a neuron are one Poisson process
    const Population& neurons = network.layers[i].neurons;
    const Population sources =
        sim.create(neurons.size(), SpikeSourcePoisson{.rate = kExternalInputs[i] * scale * kExternalRate});
    sim.connect(sources, neurons, OneToOneConnector(), {.weight = kWeight / std::sqrt(scale), .delay = kDelayExc});
  }
  return network;
}

}  // namespace

int main(int argc, char** argv) {
  examples::RunOptions options{.scale = 0.1};
  std::string input = "poisson";
  const examples::Program program{
      "microcircuit",
      "Simulates the cortical microcircuit of Potjans & Diesmann 2014 (Cereb. Cortex 24:785-806): 77,169 neurons in "
      "four\n"
      "layers and 299 million synapses with weights and delays of their own, event by event and without a time step.",
      "part of the neurons, and of the inputs of each, that is simulated, up to 1",
      options,
      {examples::choice(
          "--input", {"poisson", "current"},
          "external input as a Poisson process for each neuron, or as a constant current of the same mean", input)}};
  return program.run(argc, argv, [&](Simulation& sim, const examples::BuildProgress& progress) {
    return build(sim, options.scale, input == "poisson", progress);
  });
}
