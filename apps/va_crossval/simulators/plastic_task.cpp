// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/simulators/plastic_task.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "va_event/random.hpp"

namespace va_event::crossval {
namespace {

constexpr std::size_t kNeurons = 20;
constexpr std::size_t kSources = 80;
constexpr double kConnected = 0.5;     // of all pairs
constexpr double kDuration = 1000.0;   // [ms]
constexpr double kFirstSpike = 2.0;    // [ms]; NEST's sources need a step before
constexpr double kSilence = 900.0;     // from here until the last spike [ms]
constexpr double kLastSpike = 996.57;  // [ms]; + (1 - f) d is within the run for f >= 0.4, and + d behind it
constexpr double kDelay = 4.0;         // [ms], or one more
constexpr std::uint64_t kPurpose = 4711;

// Intervals of the sources, and of the strong inputs: at least, and on average [ms].
constexpr double kLeastInterval = 6.0, kInterval = 50.0;
constexpr double kLeastOfStrong = 30.0, kIntervalOfStrong = 60.0;
constexpr double kStrong = 3.0;       // [nA]: a spike within 1 ms
constexpr double kRefractory = 20.0;  // [ms]: no second one

constexpr double kWMax = 0.01;  // [nA]
constexpr double kTau = 20.0, kTauMinus = 24.0;
constexpr double kAPlus = 0.01, kAMinus = 0.0105;

SynapseType stdp(const PlasticCase& of, const Values& weight, const Values& delay) {
  const double mu_plus = of.parameter("mu_plus"), mu_minus = of.parameter("mu_minus"), w_max = of.w_max;
  WeightDependence dependence = GutigWeightDependence{.w_max = w_max, .mu_plus = mu_plus, .mu_minus = mu_minus};
  if (mu_minus == 0.0) {
    dependence = AdditiveWeightDependence{.w_max = w_max};
  } else if (mu_minus == 1.0 && mu_plus == 1.0) {
    dependence = MultiplicativeWeightDependence{.w_max = w_max};
  } else if (mu_minus == 1.0) {
    dependence = AdditivePotentiationMultiplicativeDepression{.w_max = w_max};
  }
  return StdpMechanism{.timing_dependence = SpikePairRule{.tau_plus = of.parameter("tau_plus"),
                                                          .tau_minus = of.parameter("tau_minus"),
                                                          .A_plus = of.parameter("A_plus"),
                                                          .A_minus = of.parameter("A_minus")},
                       .weight_dependence = dependence,
                       .dendritic_delay_fraction = of.dendritic_delay_fraction,
                       .weight = weight,
                       .delay = delay};
}

SynapseType tsodyks_markram(const PlasticCase& of, const Values& weight, const Values& delay) {
  return TsodyksMarkramSynapse{.weight = weight,
                               .delay = delay,
                               .U = of.parameter("U"),
                               .tau_rec = of.parameter("tau_rec"),
                               .tau_facil = of.parameter("tau_facil")};
}

/// @param mu exponents of Guetig's rule, of which the others are special cases where w_min = 0
PlasticCase stdp_case(const std::string& key, const std::string& name, double fraction, double mu_plus, double mu_minus,
                      const std::vector<std::string>& simulators) {
  return {.key = "stdp_" + key,
          .name = "STDP, " + name,
          .dendritic_delay_fraction = fraction,
          .simulators = simulators,
          .rule = "stdp",
          .parameters = {{"tau_plus", kTau},
                         {"tau_minus", kTauMinus},
                         {"A_plus", kAPlus},
                         {"A_minus", kAMinus},
                         {"w_max", kWMax},
                         {"mu_plus", mu_plus},
                         {"mu_minus", mu_minus},
                         {"dendritic_delay_fraction", fraction}},
          .synapse = stdp,
          .weight = 0.5 * kWMax,
          .w_max = kWMax};
}

std::vector<Time> draw_train(std::uint64_t seed, std::size_t source, double least, double mean) {
  RandomStream random(seed, kPurpose, source);
  std::vector<Time> times;
  double t = kFirstSpike;
  while (true) {
    t -= (mean - least) * std::log1p(-random.uniform());
    if (t >= kSilence) {
      break;
    }
    times.emplace_back(t);
    t += least;
  }
  return times;
}

}  // namespace

double PlasticCase::parameter(const std::string& wanted) const {
  return std::find_if(parameters.begin(), parameters.end(), [&wanted](const auto& p) { return p.first == wanted; })
      ->second;
}

std::vector<PlasticCase> plastic_cases() {
  return {stdp_case("additive", "additive", 1.0, 0.0, 0.0, {"nest", "neuron"}),
          stdp_case("multiplicative", "multiplicative", 1.0, 1.0, 1.0, {"nest"}),
          stdp_case("additive_multiplicative", "additive-multiplicative", 1.0, 0.0, 1.0, {"nest"}),
          stdp_case("gutig", "gutig", 1.0, 0.5, 0.5, {"nest"}),
          stdp_case("additive_04", "additive", 0.4, 0.0, 0.0, {"neuron"}),
          stdp_case("additive_0", "additive", 0.0, 0.0, 0.0, {"brian2"}),
          {.key = "tsodyks_markram",
           .name = "Tsodyks-Markram",
           .dendritic_delay_fraction = std::numeric_limits<double>::quiet_NaN(),
           .simulators = {"nest", "neuron"},
           .rule = "tsodyks_markram",
           .parameters = {{"U", 0.3}, {"tau_rec", 150.0}, {"tau_facil", 80.0}},
           .synapse = tsodyks_markram,
           .weight = 0.012,
           .w_max = 0.0}};
}

PlasticTask make_plastic_task(const PlasticCase& of, std::uint64_t seed, const Session& session) {
  IfCurrExp neuron = PlasticSetup().neuron;
  neuron.tau_refrac = kRefractory;
  Simulation simulation({.seed = seed});
  const Population sources = simulation.create(kSources, SpikeSourceArray{});
  for (std::size_t k = 0; k < kSources; ++k) {
    std::vector<Time> train = draw_train(seed, k, kLeastInterval, kInterval);
    train.emplace_back(kLastSpike);
    sources.set_spike_times(k, std::move(train));
  }
  const Population strong = simulation.create(kNeurons, SpikeSourceArray{});
  for (std::size_t k = 0; k < kNeurons; ++k) {
    strong.set_spike_times(k, draw_train(seed, kSources + k, kLeastOfStrong, kIntervalOfStrong));
  }
  const Population neurons = simulation.create(kNeurons, neuron);
  neurons.initialize("v", RandomDistribution("uniform", {neuron.v_reset, neuron.v_thresh - 1.0}));
  std::vector<double> delays(kSources * kNeurons);
  RandomStream random(seed, kPurpose, kSources + kNeurons);
  std::generate(delays.begin(), delays.end(), [&random] { return kDelay + (random.uniform() < 0.5 ? 1.0 : 0.0); });
  const Projection projection = simulation.connect(sources, neurons, FixedProbabilityConnector(kConnected),
                                                   of.synapse(of, of.weight, Values(delays)));
  const Projection driving =
      simulation.connect(strong, neurons, OneToOneConnector(), {.weight = kStrong, .delay = kDelay});
  const CellType type(neuron);
  PlasticTask task{.description = {.model = std::string(type.model().name), .duration = kDuration}, .spikes = {}};
  NetworkDescription& description = task.description;
  for (std::size_t i = 0; i < type.values().size(); ++i) {
    description.parameters.emplace_back(type.model().parameters[i].name, type.values()[i]);
  }
  description.v = neurons.value("v");
  description.add(projection, kNeurons, 0, false, true);
  description.add(driving, kNeurons + kSources, 0, false);
  description.rule = of.rule;
  description.rule_parameters = of.parameters;
  for (const ListedConnection& c : projection.connections()) {
    task.synapses.push_back({c.pre, c.post, c.weight.value(), c.delay.value()});
  }

  neurons.record("spikes");
  const Assembly inputs = sources + strong;
  inputs.record("spikes");
  session.run(simulation, kDuration);
  task.spikes = neurons.spikes();
  const Spikes given = inputs.spikes();
  for (std::size_t i = 0; i < given.size(); ++i) {
    description.source_ids.push_back(static_cast<std::uint32_t>(kNeurons + given.ids[i] - sources.first_id()));
    description.source_times.push_back(given.times[i].ms());
  }
  task.pre = trains_of(sources.spikes(), sources.ids());
  task.post = trains_of(task.spikes, neurons.ids());
  for (CellId& id : task.spikes.ids) {
    id -= neurons.first_id();  // as the others number them
  }
  if (of.w_max > 0.0) {
    task.weights = projection.weights();
  }
  return task;
}

UnresolvedPairs lost_orders(const PlasticTask& task, double fraction, const Spikes& run, InputTime inputs, double dt) {
  constexpr double kSameMs = 1e-6;  // times on one grid differ by rounding alone
  std::vector<CellId> ids(task.post.size());
  std::iota(ids.begin(), ids.end(), CellId{0});
  const Trains post = trains_of(run, ids);
  const auto taken_at = [inputs, dt](double time) {
    const double steps = time / dt;
    return inputs == InputTime::exact ? time
                                      : dt * (inputs == InputTime::end_of_step ? std::ceil(steps) : std::floor(steps));
  };
  UnresolvedPairs pairs;
  for (const PlasticSynapse& synapse : task.synapses) {
    const std::uint64_t before = pairs.coincident + pairs.misordered;
    const double shift = (2.0 * fraction - 1.0) * synapse.delay;
    const bool comparable = post[synapse.post].size() == task.post[synapse.post].size();
    for (const double pre : task.pre[synapse.pre]) {
      for (std::size_t k = 0; comparable && k < post[synapse.post].size(); ++k) {
        const double exact = task.post[synapse.post][k] + shift - pre;
        const double tested = post[synapse.post][k] + shift - taken_at(pre);
        if (std::abs(tested) < kSameMs) {
          ++pairs.coincident;
        } else if ((tested > 0.0) != (exact > 0.0)) {
          ++pairs.misordered;
        }
      }
    }
    pairs.all_resolved.push_back(comparable && pairs.coincident + pairs.misordered == before);
  }
  return pairs;
}

}  // namespace va_event::crossval
