// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <optional>
#include <string>

#include "build_progress.hpp"
#include "examples/program.hpp"
#include "va_event/va_event.hpp"

/// The sparsely connected network of N. Brunel, J. Comput. Neurosci. 8:183-208 (2000), model A: 10,000 excitatory and
/// 2,500 inhibitory neurons, each with inputs from a tenth of either and from outside. Inhibition is g times as strong
/// as excitation; the external rate is eta times the one that alone would lift a neuron to its threshold.
///
/// With a scale < 1 there are fewer neurons, and each keeps its 1000 + 250 inputs, on which the rates depend; they come
/// from more than a tenth of the neurons, and at scale 0.1 from all of them.

namespace {

using namespace va_event;

constexpr double kExcNeurons = 10000;
constexpr double kInhNeurons = 2500;
constexpr std::size_t kExcInputs = 1000;
constexpr std::size_t kInhInputs = 250;
constexpr double kSmallestScale = 0.1;  // fewer neurons do not have so many inputs
constexpr double kWeight = 0.1;         // of an excitatory input [mV]
constexpr double kDelay = 1.5;          // [ms]
constexpr double kTauM = 20.0;          // membrane time constant [ms]
constexpr double kTauRefrac = 2.0;      // [ms]
constexpr double kThreshold = 20.0;     // above rest [mV]
constexpr double kReset = 10.0;         // [mV]
constexpr double kTauSyn = 0.5;         // of the currents of IF_curr_exp [ms]
constexpr double kCm = 0.25;            // [nF]; without effect on IF_curr_delta

struct Parameters {
  double scale;
  double g = 5.0;
  double eta = 2.0;
  std::string model = "IF_curr_delta";
};

CellType neuron(const Parameters& p) {
  if (p.model == "IF_curr_delta") {
    return IfCurrDelta{
        .v_rest = 0.0, .cm = kCm, .tau_m = kTauM, .tau_refrac = kTauRefrac, .v_reset = kReset, .v_thresh = kThreshold};
  }
  return IfCurrExp{.v_rest = 0.0,
                   .cm = kCm,
                   .tau_m = kTauM,
                   .tau_refrac = kTauRefrac,
                   .tau_syn_E = kTauSyn,
                   .tau_syn_I = kTauSyn,
                   .v_reset = kReset,
                   .v_thresh = kThreshold};
}

/// Weight of an input of `mv` [mV]: for IF_curr_exp the current [nA] that brings the same charge.
double weight(const Parameters& p, double mv) { return p.model == "IF_curr_delta" ? mv : mv * kCm / kTauSyn; }

/// The rate in simulations of the publication (table 1) [Hz]; for the model with jumps at three places of its figure 8.
std::optional<double> published_rate(const Parameters& p) {
  if (p.g == 6.0 && p.eta == 4.0) {
    return 60.7;  // fast oscillation
  }
  if (p.g == 5.0 && p.eta == 2.0) {
    return 37.7;  // asynchronous, irregular
  }
  return p.g == 4.5 && p.eta == 0.9 ? std::optional(5.5) : std::nullopt;  // slow oscillation
}

examples::Network build(Simulation& sim, const Parameters& p, const examples::BuildProgress& progress) {
  if (p.scale < kSmallestScale) {
    throw ParameterError("--scale", p.scale, "", "must be >= 0.1: a neuron has inputs from 1000 excitatory neurons");
  }
  const auto count = [&p](double full) { return static_cast<std::size_t>(std::lround(full * p.scale)); };
  const Population exc = sim.create(count(kExcNeurons), neuron(p), {.label = "exc"});
  const Population inh = sim.create(count(kInhNeurons), neuron(p), {.label = "inh"});
  const Assembly all = exc + inh;
  all.initialize("v", RandomDistribution("uniform", {0.0, kThreshold}));

  examples::Network network{{{exc, false, published_rate(p)}, {inh, true, published_rate(p)}}, {}};
  double built = 0.0;
  const auto connect = [&](const Population& pre, std::size_t inputs, double mv, const char* receptor) {
    const FixedNumberPreConnector pairs(inputs);
    const double part = static_cast<double>(inputs) / (kExcInputs + kInhInputs);
    const cli::WatchedConnector watched(pairs, static_cast<double>(inputs * all.size()),
                                        [&](double done) { progress(built + done * part); });
    network.projections.push_back(
        sim.connect(pre, all, watched, {.weight = weight(p, mv), .delay = kDelay}, {.receptor_type = receptor}));
    built += part;
  };
  connect(exc, kExcInputs, kWeight, "excitatory");
  connect(inh, kInhInputs, -p.g * kWeight, "inhibitory");

  // All external inputs of a neuron are one Poisson process. At 1000 threshold / (weight tau_m) Hz its mean alone would
  // lift the neuron to the threshold.
  const double threshold_rate = 1000.0 * kThreshold / (kWeight * kTauM);
  const Population sources = sim.create(all.size(), SpikeSourcePoisson{.rate = p.eta * threshold_rate});
  sim.connect(sources, all, OneToOneConnector(), {.weight = weight(p, kWeight), .delay = kDelay});
  return network;
}

}  // namespace

int main(int argc, char** argv) {
  examples::RunOptions options{.duration = 300.0};
  Parameters parameters{};
  const examples::Program program{
      "brunel",
      "Simulates the sparsely connected network of Brunel 2000 (J. Comput. Neurosci. 8:183-208): 12,500 neurons and "
      "15.6\n"
      "million synapses, event by event and without a time step.",
      "part of the neurons that is simulated, from 0.1 up to 1; each keeps its 1250 inputs",
      options,
      {examples::number("--g", "G", "strength of inhibition relative to excitation", parameters.g),
       examples::number("--eta", "ETA", "external rate relative to the one that alone reaches the threshold",
                        parameters.eta),
       examples::choice("--model", {"IF_curr_delta", "IF_curr_exp"},
                        "potentials that jump, as published, or synaptic currents that decay within 0.5 ms",
                        parameters.model)}};
  return program.run(argc, argv, [&](Simulation& sim, const examples::BuildProgress& progress) {
    parameters.scale = options.scale;
    return build(sim, parameters, progress);
  });
}
