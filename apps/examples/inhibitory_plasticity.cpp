// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <numeric>
#include <vector>

#include "build_progress.hpp"
#include "examples/program.hpp"
#include "va_event/va_event.hpp"

/// Inhibitory plasticity that balances a network: T. P. Vogels, H. Sprekeler, F. Zenke, C. Clopath & W. Gerstner,
/// Science 334:1569-1573 (2011). 8000 excitatory and 2000 inhibitory neurons, connected at random with a probability of
/// 2 %, all of them driven by a constant current. The synapses from inhibitory onto excitatory neurons begin without
/// weight, so that the network fires fast and regularly. Each grows when its two neurons fire together, and shrinks
/// with every spike of the inhibitory one, until excitatory neurons fire at rho, irregularly.
///
/// With a scale < 1 there are fewer neurons with sqrt(scale) times as many inputs, whose weights grow by 1/sqrt(scale):
/// the mean input stays, and inputs in common do not become so many that all neurons fire together.

namespace {

using namespace va_event;

constexpr double kExcNeurons = 8000;
constexpr double kInhNeurons = 2000;
constexpr double kProbability = 0.02;    // of a synapse from one neuron to another
constexpr double kSmallestScale = 0.01;  // with 20 inputs of a neuron, 4 of them inhibitory
constexpr double kDelay = 0.8;           // [ms]
constexpr double kCurrent = 0.2;         // into every neuron: alone it would lift it to -40 mV [nA]
constexpr double kExcWeight = 0.003;     // [uS]
constexpr double kInhWeight = 0.03;      // of the synapses between inhibitory neurons, which are static [uS]
constexpr double kLargestWeight = 0.3;   // of the plastic synapses [uS]

struct Parameters {
  double scale;
  /// Change of a weight by a pair of spikes at the same time [nS]. The published one is 0.01, which takes minutes of
  /// simulated time to balance the network.
  double eta = 2.0;
  double rho = 3.0;         // rate of excitatory neurons that inhibition aims at [Hz]
  double tau = 20.0;        // decay of the influence of a pair [ms]
  double interval = 500.0;  // of what is followed [ms]
};

CellType neuron() {
  return IfCondExp{.v_rest = -60.0,
                   .cm = 0.2,
                   .tau_m = 20.0,
                   .tau_refrac = 5.0,
                   .tau_syn_E = 5.0,
                   .tau_syn_I = 10.0,
                   .e_rev_E = 0.0,
                   .e_rev_I = -80.0,
                   .v_thresh = -50.0,
                   .v_reset = -60.0,
                   .i_offset = kCurrent};
}

/// The factor of all weights, and of the part of the neurons that a neuron has inputs from.
double stronger(const Parameters& p) { return 1.0 / std::sqrt(p.scale); }

SynapseType plastic_synapse(const Parameters& p) {
  return StdpMechanism{
      .timing_dependence =
          Vogels2011Rule{.tau = p.tau, .eta = p.eta * 1e-3 * stronger(p), .rho = p.rho * 1e-3},  // [ms], [uS], [1/ms]
      .weight_dependence = AdditiveWeightDependence{.w_min = 0.0, .w_max = kLargestWeight * stronger(p)},
      .weight = 0.0,
      .delay = kDelay};
}

double mean_weight_ns(const Projection& projection) {
  const std::vector<double> weights = projection.weights();
  return weights.empty()
             ? 0.0
             : 1e3 * std::accumulate(weights.begin(), weights.end(), 0.0) / static_cast<double>(weights.size());
}

examples::Network build(Simulation& sim, const Parameters& p, const examples::BuildProgress& progress) {
  if (p.scale < kSmallestScale) {
    throw ParameterError("--scale", p.scale, "", "must be >= 0.01: fewer inputs do not balance a neuron");
  }
  const auto count = [&p](double full) { return static_cast<std::size_t>(std::lround(full * p.scale)); };
  const Population exc = sim.create(count(kExcNeurons), neuron(), {.label = "exc"});
  const Population inh = sim.create(count(kInhNeurons), neuron(), {.label = "inh"});
  const Assembly all = exc + inh;
  all.initialize("v", RandomDistribution("normal", {-60.0, 5.0}));

  examples::Network network{
      {{.neurons = exc, .inhibitory = false, .aim_hz = p.rho}, {.neurons = inh, .inhibitory = true}}, {}};
  const double probability = kProbability * stronger(p);
  double built = 0.0;
  const double pairs = static_cast<double>(all.size()) * static_cast<double>(all.size());
  const auto connect = [&](const Population& pre, const Assembly& post, const SynapseType& synapse,
                           const char* receptor) {
    const double part = static_cast<double>(pre.size()) * static_cast<double>(post.size()) / pairs;
    const FixedProbabilityConnector chosen(probability);
    const cli::WatchedConnector watched(chosen, probability * part * pairs,
                                        [&](double done) { progress(built + done * part); });
    network.projections.push_back(sim.connect(pre, post, watched, synapse, {.receptor_type = receptor}));
    built += part;
    return network.projections.back();
  };
  connect(exc, all, StaticSynapse{.weight = kExcWeight * stronger(p), .delay = kDelay}, "excitatory");
  connect(inh, inh, StaticSynapse{.weight = kInhWeight * stronger(p), .delay = kDelay}, "inhibitory");
  const Projection plastic = connect(inh, exc, plastic_synapse(p), "inhibitory");
  network.followed = {{"inh to exc weight", "nS", [plastic] { return mean_weight_ns(plastic); }}};
  network.interval_ms = p.interval;
  return network;
}

}  // namespace

int main(int argc, char** argv) {
  examples::RunOptions options{.duration = 10000.0, .warm_up = 0.0};
  Parameters parameters{};
  const examples::Program program{
      "inhibitory_plasticity",
      "Simulates a network that inhibitory plasticity balances (Vogels et al. 2011, Science 334:1569-1573): 10,000\n"
      "neurons that fire fast and regularly at first, and at a low rate and irregularly in the end, event by event\n"
      "and without a time step.",
      "part of the neurons that is simulated, from 0.01 up to 1; inputs per neuron: 200 times its root",
      options,
      {examples::number("--eta", "NS", "change of a weight by a pair of spikes at the same time [nS]; published: 0.01",
                        parameters.eta),
       examples::number("--rho", "HZ", "rate of the excitatory neurons that inhibition aims at [Hz]", parameters.rho),
       examples::number("--tau", "MS", "decay of the influence of a pair with the time between its spikes [ms]",
                        parameters.tau),
       examples::number("--interval", "MS", "parts of the time that rates and weights are shown for [ms]",
                        parameters.interval)}};
  return program.run(argc, argv, [&](Simulation& sim, const examples::BuildProgress& progress) {
    parameters.scale = options.scale;
    return build(sim, parameters, progress);
  });
}
