// SPDX-License-Identifier: Apache-2.0
#include "random_network.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <tuple>
#include <utility>

#include "../synapses/plastic_kinds.hpp"
#include "../synapses/plastic_types.hpp"

namespace va_event {

namespace {

using reference::Description;
using reference::Neuron;
using reference::Synapse;

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : generator_(seed) {}
  double uniform(double low, double high) { return std::uniform_real_distribution(low, high)(generator_); }
  double log_uniform(double low, double high) { return std::exp(uniform(std::log(low), std::log(high))); }
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(generator_); }
  bool chance(double p) { return std::bernoulli_distribution(p)(generator_); }
  double one_of(const std::vector<double>& values) { return values[below(values.size())]; }
  std::mt19937_64& generator() { return generator_; }

 private:
  std::mt19937_64 generator_;
};

double synaptic_time_constant(Draw& draw, double tau_m) {
  const double near = tau_m * (1.0 + std::ldexp(draw.chance(0.5) ? 1.0 : -1.0, -static_cast<int>(5 + draw.below(48))));
  return draw.one_of({tau_m, near, 5.0, 10.0, draw.log_uniform(0.5, 50.0)});
}

Neuron random_neuron(Draw& draw, bool conductance_based) {
  Neuron n;
  n.conductance_based = conductance_based;
  n.cm = draw.one_of({0.2, 1.0, draw.log_uniform(0.05, 2.0)});
  n.tau_m = draw.one_of({20.0, 10.0, draw.log_uniform(2.0, 50.0)});
  n.tau_syn_E = synaptic_time_constant(draw, n.tau_m);
  n.tau_syn_I = draw.chance(0.3) ? n.tau_syn_E : synaptic_time_constant(draw, n.tau_m);
  n.tau_refrac = draw.one_of({0.0, 0.1, 5.0, draw.uniform(0.0, 20.0)});
  n.v_thresh = draw.one_of({-50.0, draw.uniform(-55.0, -40.0)});
  n.v_rest = n.v_thresh + draw.one_of({-10.0, -15.0, 1.0, 0.0, draw.uniform(-20.0, 5.0)});
  n.v_reset = n.v_thresh - draw.one_of({10.0, 0.5, draw.uniform(1.0, 20.0)});
  n.e_rev_E = draw.one_of({0.0, draw.uniform(-30.0, 20.0)});
  n.e_rev_I = draw.one_of({-80.0, -70.0, n.v_rest, draw.uniform(-90.0, -30.0)});
  n.i_offset = draw.chance(0.3) ? n.cm / n.tau_m * draw.uniform(-5.0, 25.0) : 0.0;
  n.v = draw.chance(0.1) ? n.v_thresh + draw.one_of({0.0, 3.0}) : n.v_thresh - draw.uniform(0.0, 20.0);
  const double current_scale = conductance_based ? n.cm / n.tau_m : 10.0 * n.cm / n.tau_m;
  n.exc = draw.chance(0.2) ? current_scale * draw.uniform(0.0, 2.0) : 0.0;
  n.inh = draw.chance(0.2) ? current_scale * draw.uniform(conductance_based ? 0.0 : -2.0, 2.0) : 0.0;
  if (draw.chance(0.25)) {
    double time = draw.chance(0.2) ? 0.0 : draw.uniform(0.0, 20.0);
    for (std::size_t k = 1 + draw.below(4); k > 0; --k) {
      n.injected.push_back({time, n.cm / n.tau_m * draw.uniform(-10.0, 30.0)});
      time += draw.one_of({0.5, 16.0, draw.uniform(0.01, 20.0)});
    }
  }
  return n;
}

std::vector<double> random_train(Draw& draw, double duration) {
  const bool on_a_grid = draw.chance(0.5);
  std::vector<double> times;
  for (std::size_t k = draw.below(40); k > 0; --k) {
    const double time = draw.uniform(0.0, duration);
    times.push_back(on_a_grid ? std::floor(2.0 * time) / 2.0 : time);
  }
  std::sort(times.begin(), times.end());
  return times;
}

/// A weight that moves v by some millivolts.
double random_weight(Draw& draw, const Neuron& post, bool inhibitory) {
  const double tau = inhibitory ? post.tau_syn_I : post.tau_syn_E;
  const double jump = post.cm / std::min(tau, post.tau_m) * draw.uniform(0.2, 8.0);  // [nA] for that many mV
  if (!post.conductance_based) {
    return draw.chance(inhibitory ? 0.8 : 0.1) ? -jump : jump;
  }
  return inhibitory ? jump / 20.0 : jump / 50.0;
}

double random_delay(Draw& draw) {
  return draw.one_of({0.2, 0.5, 1.5, draw.uniform(0.05, 5.0), draw.uniform(0.05, 5.0), draw.uniform(0.05, 5.0),
                      draw.log_uniform(1e-9, 1e-2), draw.chance(0.2) ? 1e-300 : 16.0, draw.uniform(10.0, 40.0)});
}

std::vector<double> column(const std::vector<Neuron>& neurons, double Neuron::*member) {
  std::vector<double> values;
  for (const Neuron& neuron : neurons) {
    values.push_back(neuron.*member);
  }
  return values;
}

using Parameter = std::pair<std::string, double Neuron::*>;

const std::vector<Parameter>& parameters(bool conductance_based) {
  static const std::vector<Parameter> of_both{{"v_rest", &Neuron::v_rest},       {"cm", &Neuron::cm},
                                              {"tau_m", &Neuron::tau_m},         {"tau_refrac", &Neuron::tau_refrac},
                                              {"tau_syn_E", &Neuron::tau_syn_E}, {"tau_syn_I", &Neuron::tau_syn_I},
                                              {"v_thresh", &Neuron::v_thresh},   {"v_reset", &Neuron::v_reset},
                                              {"i_offset", &Neuron::i_offset},   {"e_rev_E", &Neuron::e_rev_E},
                                              {"e_rev_I", &Neuron::e_rev_I}};
  static const std::vector<Parameter> without_reversals(of_both.begin(), of_both.end() - 2);
  return conductance_based ? of_both : without_reversals;
}

Population create_neurons(Simulation& simulation, const std::vector<Neuron>& neurons, bool conductance_based) {
  const Population population = conductance_based ? simulation.create(neurons.size(), IfCondExp{})
                                                  : simulation.create(neurons.size(), IfCurrExp{});
  std::vector<std::pair<std::string, Values>> values;
  for (const auto& [name, member] : parameters(conductance_based)) {
    values.emplace_back(name, column(neurons, member));
  }
  population.set(values);
  population.initialize("v", column(neurons, &Neuron::v));
  population.initialize(conductance_based ? "gsyn_exc" : "isyn_exc", column(neurons, &Neuron::exc));
  population.initialize(conductance_based ? "gsyn_inh" : "isyn_inh", column(neurons, &Neuron::inh));
  for (std::size_t i = 0; i < neurons.size(); ++i) {
    std::vector<Time> times;
    std::vector<double> amplitudes;
    for (const Neuron::Step& step : neurons[i].injected) {
      times.emplace_back(step.time);
      amplitudes.push_back(step.amplitude);
    }
    if (!times.empty()) {
      population.slice(i, i + 1).inject(StepCurrentSource(times, amplitudes));
    }
    for (const Neuron::Sine& sine : neurons[i].sines) {
      population.slice(i, i + 1).inject(
          ACSource{sine.amplitude, sine.offset, sine.frequency, sine.phase, sine.start, sine.stop});
    }
  }
  return population;
}

}  // namespace

Description random_network(std::uint64_t seed) {
  Draw draw(seed);
  Description d;
  d.duration = draw.uniform(20.0, 60.0);
  d.sampling_interval = draw.one_of({0.5, 1.0, draw.uniform(0.3, 3.0)});
  for (std::size_t k = draw.below(4); k > 0; --k) {
    d.sources.push_back(d.sources.empty() || draw.chance(0.8) ? random_train(draw, d.duration) : d.sources.front());
  }
  const std::size_t n = 1 + draw.below(12);
  const std::size_t current_based = draw.below(n + 1);
  for (std::size_t k = 0; k < n; ++k) {
    d.neurons.push_back(random_neuron(draw, k >= current_based));
  }
  const bool one_delay = draw.chance(0.2);
  const double the_delay = random_delay(draw);
  const std::size_t cells = d.sources.size() + n;
  for (std::size_t k = draw.below(6 * n); k > 0; --k) {
    const std::size_t post = draw.below(n);
    const std::size_t pre = draw.chance(0.1) ? d.sources.size() + post : draw.below(cells);
    const bool inhibitory = draw.chance(0.3);
    const double weight = random_weight(draw, d.neurons[post], inhibitory);
    d.synapses.push_back({pre, post, inhibitory, weight, one_delay ? the_delay : random_delay(draw)});
    if (draw.chance(0.1)) {
      d.synapses.push_back(d.synapses.back());
    }
  }
  return d;
}

Description driven_network(std::uint64_t seed) {
  Description d = random_network(seed);
  Draw draw(~seed);  // numbers of its own: the network stays as it is
  for (Neuron& n : d.neurons) {
    // Loops of excitation without refractoriness would leave nothing to see of the sinusoids.
    n.tau_refrac = std::max(n.tau_refrac, 0.1);
    while (draw.chance(n.sines.empty() ? 0.7 : 0.3)) {
      const double start = n.sines.empty() && draw.chance(0.4) ? 0.0 : draw.uniform(0.0, 0.8 * d.duration);
      const double stop = draw.chance(0.5) ? 1e6 : start + draw.uniform(1.0, 30.0);
      const double frequency = draw.chance(0.1) ? 0.0 : draw.log_uniform(1.0, 1500.0);
      // What reaches v is of some millivolts, whatever the membrane leaves of it.
      const double filter = std::sqrt(1.0 + std::pow(2e-3 * 3.14159 * frequency * n.tau_m, 2.0));
      n.sines.push_back({n.cm / n.tau_m * filter * draw.uniform(-10.0, 10.0),
                         draw.chance(0.5) ? 0.0 : n.cm / n.tau_m * draw.uniform(-5.0, 20.0), frequency,
                         draw.uniform(-360.0, 360.0), start, stop});
    }
  }
  return d;
}

namespace {

/// Neurons that are current-based, some at least.
void make_current_based(Description& d, Draw& draw) {
  if (d.neurons.front().conductance_based) {
    for (Neuron& n : d.neurons) {
      n = random_neuron(draw, false);
    }
    for (Synapse& synapse : d.synapses) {
      synapse.weight = random_weight(draw, d.neurons[synapse.post], synapse.inhibitory);
    }
  }
}

/// Another membrane with the same potentials, so that there is as much to see.
void set_membrane(Neuron& n, double tau_m, double cm) {
  const double scale = n.tau_m / tau_m * (cm / n.cm);
  n.cm = cm;
  n.i_offset *= scale;
  for (Neuron::Step& step : n.injected) {
    step.amplitude *= scale;
  }
  n.tau_m = tau_m;
}

/// @param longest  time constant of the membranes [ms]; 0: that of each neuron
void fit_to_sums(Description& d, Draw& draw, double shortest_delay, double longest) {
  for (Synapse& synapse : d.synapses) {
    const Neuron& post = d.neurons[synapse.post];
    if (!post.conductance_based) {  // 3 mV in the long run: with much more, the sums would have too coarse a unit
      const double most = 3.0 * post.cm / std::max(post.tau_m, longest);
      synapse.weight = std::clamp(random_weight(draw, post, synapse.inhibitory), -most, most);
    }
    if (synapse.pre >= d.sources.size() && !d.neurons[synapse.pre - d.sources.size()].conductance_based) {
      synapse.delay = std::max(synapse.delay, shortest_delay);
    }
  }
}

}  // namespace

Description with_order_free_sums(Description d, std::uint64_t seed) {
  Draw draw(seed + 0x9e3779b97f4a7c15ULL);
  make_current_based(d, draw);
  const double tau_m = draw.one_of({20.0, 10.0, draw.log_uniform(2.0, 50.0)});
  const auto apart = [&] {
    double tau = tau_m;
    while (std::fabs(tau - tau_m) < 0.6 * tau) {
      tau = draw.one_of({0.5, 5.0, 10.0, draw.log_uniform(0.2, 50.0)});
    }
    return tau;
  };
  const double tau_exc = apart();
  const double tau_inh = draw.chance(0.3) ? tau_exc : apart();
  const double shortest = draw.one_of({0x1p-6, 0.1, 0.1, 0.5});
  for (Neuron& n : d.neurons) {
    n.tau_refrac = std::max(n.tau_refrac, draw.chance(0.1) ? 0.05 : 0.1);  // sums must not overflow
    if (!n.conductance_based) {
      set_membrane(n, tau_m, draw.uniform(0.25, 0.3));
      n.tau_syn_E = tau_exc;
      n.tau_syn_I = tau_inh;
    }
  }
  fit_to_sums(d, draw, shortest, 0.0);
  return d;
}

Description with_own_time_constants(Description d, std::uint64_t seed) {
  constexpr double kLongest = 25.0;
  Draw draw(seed + 0x5851f42d4c957f2dULL);
  make_current_based(d, draw);
  const bool common = draw.chance(0.15);
  const bool with_short_ones = !common && draw.chance(0.3);
  for (Neuron& n : d.neurons) {
    n.tau_refrac = std::max(n.tau_refrac, 0.1);
    if (n.conductance_based) {
      continue;
    }
    const bool is_short = with_short_ones && draw.chance(0.5);
    const double tau_m = is_short && draw.chance(0.3) ? draw.log_uniform(0.02, 1.0) : std::min(n.tau_m, kLongest);
    set_membrane(n, tau_m, draw.uniform(0.25, 0.3));
    n.tau_syn_E = is_short ? draw.log_uniform(0.02, 1.0) : synaptic_time_constant(draw, tau_m);
    n.tau_syn_I = is_short && draw.chance(0.5) ? draw.one_of({n.tau_syn_E, tau_m, draw.log_uniform(0.02, 1.0)})
                                               : synaptic_time_constant(draw, tau_m);
    if (common) {
      const Neuron& first = d.neurons.front();
      set_membrane(n, first.tau_m, n.cm);
      n.tau_syn_E = n.tau_syn_I = first.tau_m * (1.0 + 0x1p-20);
    }
  }
  fit_to_sums(d, draw, draw.one_of({0x1p-6, 0.1, 0.1, 0.5}), kLongest);
  return d;
}

Description with_order_free_conductances(Description d, std::uint64_t seed) {
  Draw draw(seed + 0xd1b54a32d192ed03ULL);
  const double tau_exc = draw.one_of({0.5, 5.0, 10.0, draw.log_uniform(0.15, 50.0)});
  const double tau_inh =
      draw.one_of({tau_exc, 2.0 * tau_exc, std::max(0.15, 0.5 * tau_exc), draw.log_uniform(0.15, 50.0)});
  for (Neuron& n : d.neurons) {
    if (!n.conductance_based) {
      n = random_neuron(draw, true);
    }
    n.tau_syn_E = tau_exc;
    n.tau_syn_I = tau_inh;
    n.e_rev_E = std::max(n.e_rev_E, n.v_thresh + 5.0);
    n.e_rev_I = std::min(n.e_rev_I, n.v_thresh - draw.one_of({0.5, 5.0, 20.0}));
  }
  const double shortest = draw.one_of({0x1p-6, 0.1, 0.1, 0.5});
  for (Synapse& synapse : d.synapses) {
    synapse.weight = random_weight(draw, d.neurons[synapse.post], synapse.inhibitory);
    if (synapse.pre >= d.sources.size()) {
      synapse.delay = std::max(synapse.delay, shortest);
    }
  }
  return d;
}

Description with_lists_of_inputs(Description d, std::uint64_t seed) {
  Draw draw(seed + 0x9e3779b97f4a7c15ULL);
  if (!d.neurons.back().conductance_based) {
    for (Neuron& n : d.neurons) {
      n = random_neuron(draw, true);
    }
    for (Synapse& synapse : d.synapses) {
      synapse.weight = random_weight(draw, d.neurons[synapse.post], synapse.inhibitory);
    }
  }
  const double shortest = draw.one_of({0x1p-6, 0.1, 0.1, 0.5});
  for (Synapse& synapse : d.synapses) {
    if (synapse.pre >= d.sources.size() && d.neurons[synapse.pre - d.sources.size()].conductance_based) {
      synapse.delay = std::max(synapse.delay, shortest);
    }
  }
  return d;
}

Description with_amplitudes(Description d, std::uint64_t seed) {
  Draw draw(seed + 0x2545f4914f6cdd1dULL);
  make_current_based(d, draw);
  const bool common = draw.chance(0.4);
  const auto apart = [&draw](double tau_m) {
    double tau = tau_m;
    while (!(tau <= 4.0 * std::fabs(tau - tau_m))) {
      tau = draw.one_of({0.1, 0.5, 5.0, 10.0, draw.log_uniform(0.1, 50.0)});
    }
    return tau;
  };
  Neuron* first = nullptr;
  for (Neuron& n : d.neurons) {
    if (n.conductance_based) {
      continue;
    }
    if (common && first != nullptr) {
      set_membrane(n, first->tau_m, n.cm);
      n.tau_syn_E = first->tau_syn_E;
      n.tau_syn_I = first->tau_syn_I;
      continue;
    }
    set_membrane(n, draw.one_of({20.0, 10.0, draw.log_uniform(0.3, 50.0)}), n.cm);
    n.tau_syn_E = apart(n.tau_m);
    n.tau_syn_I = draw.chance(0.3) ? n.tau_syn_E : apart(n.tau_m);
    first = &n;
  }
  const double shortest = draw.one_of({0x1p-6, 0.1, 0.1, 0.5});
  for (Synapse& synapse : d.synapses) {
    const Neuron& post = d.neurons[synapse.post];
    if (!post.conductance_based) {
      synapse.weight = random_weight(draw, post, synapse.inhibitory);
    }
    if (synapse.pre < d.sources.size()) {
      continue;
    }
    const Neuron& pre = d.neurons[synapse.pre - d.sources.size()];
    if (!pre.conductance_based) {
      synapse.delay = std::max(synapse.delay, shortest);
    }
    if (pre.tau_refrac < 0.1 && !post.conductance_based) {  // no loops of excitation
      synapse.weight = -std::fabs(synapse.weight);
    }
  }
  return d;
}

Description plastic_network(std::uint64_t seed) {
  Description d = random_network(seed);
  Draw draw(seed + 0x2545f4914f6cdd1dULL);
  for (Neuron& n : d.neurons) {
    n.tau_refrac = std::max(n.tau_refrac, 0.5);
  }
  const auto& kinds = testing_support::plastic_kinds();
  struct Group {
    reference::Plasticity kind;
    bool own;  ///< numbers differ
  };
  std::vector<Group> groups;
  for (std::size_t k = 1 + draw.below(3); k > 0; --k) {
    groups.push_back({kinds[draw.below(kinds.size())].second, draw.chance(0.6)});
    groups.back().kind.group = groups.size();
  }
  std::map<std::tuple<std::size_t, bool, bool, bool>, int>
      of_group;  // with common numbers: group, sign, receptor, model
  std::map<std::tuple<std::size_t, std::size_t, bool, std::size_t>, int> of_pair;  // pre, post, receptor, group
  for (Synapse& synapse : d.synapses) {
    if (draw.chance(0.3)) {
      continue;
    }
    const std::size_t g = draw.below(groups.size());
    const bool negative = synapse.weight < 0.0;
    const auto add = [&] {
      d.plasticity.push_back(testing_support::random_numbers(groups[g].kind, synapse.weight, draw.generator()));
      return static_cast<int>(d.plasticity.size()) - 1;
    };
    int number = 0;
    if (groups[g].own) {
      const auto key = std::tuple(synapse.pre, synapse.post, synapse.inhibitory, g);
      const auto found = of_pair.find(key);
      number = found != of_pair.end() ? found->second : add();
      of_pair[key] = number;
    } else {
      const auto key = std::tuple(g, negative, synapse.inhibitory, d.neurons[synapse.post].conductance_based);
      const auto found = of_group.find(key);
      number = found != of_group.end() ? found->second : add();
      of_group[key] = number;
      // Of other signs than the first one's, these are a group of their own.
      d.plasticity[static_cast<std::size_t>(number)].group = 2 * groups.size() + 2 * g + (negative ? 1 : 0);
    }
    const reference::Plasticity& p = d.plasticity[static_cast<std::size_t>(number)];
    if ((p.w_min + p.w_max < 0.0) != negative) {
      continue;  // several synapses of a pair, of both signs
    }
    synapse.plasticity = number;
    synapse.delay = std::max(synapse.delay, 0.01);
    if (p.learns) {  // between the bounds of the others of the group or pair
      synapse.weight = std::clamp(synapse.weight, std::min(p.w_min, p.w_max), std::max(p.w_min, p.w_max));
    }
  }
  return d;
}

BuiltNetwork::BuiltNetwork(const Description& d, unsigned threads, Precision precision,
                           std::shared_ptr<Processes> processes, SimulationMethod method)
    : simulation({.precision = precision, .threads = threads, .method = method, .processes = std::move(processes)}) {
  if (!d.sources.empty()) {
    populations.push_back(simulation.create(d.sources.size(), SpikeSourceArray{}));
    for (std::size_t k = 0; k < d.sources.size(); ++k) {
      populations[0].set_spike_times(k, {d.sources[k].begin(), d.sources[k].end()});
    }
    everything.emplace_back(populations[0]);
  }
  const auto border =
      std::find_if(d.neurons.begin(), d.neurons.end(), [](const Neuron& n) { return n.conductance_based; });
  for (const bool conductance_based : {false, true}) {
    const std::vector<Neuron> part =
        conductance_based ? std::vector(border, d.neurons.end()) : std::vector(d.neurons.begin(), border);
    if (part.empty()) {
      continue;
    }
    populations.push_back(create_neurons(simulation, part, conductance_based));
    neurons = {neurons.empty() ? Assembly(populations.back()) : neurons.front() + populations.back()};
    everything = {everything.empty() ? Assembly(populations.back()) : everything.front() + populations.back()};
  }

  // One projection for each pair of populations and receptor.
  using Key = std::tuple<std::size_t, std::size_t, bool, std::size_t>;  // 0 of the last: static; else group + 1
  std::map<Key, std::vector<ListedConnection>> lists;
  std::map<Key, std::vector<std::size_t>> numbers;
  const auto population_of = [this](std::size_t cell) {
    std::size_t p = 0;
    while (cell >= populations[p].first_id() + populations[p].size()) {
      ++p;
    }
    return p;
  };
  for (const Synapse& synapse : d.synapses) {
    const std::size_t group =
        synapse.plasticity < 0 ? 0 : d.plasticity[static_cast<std::size_t>(synapse.plasticity)].group + 1;
    const std::size_t post = d.sources.size() + synapse.post;
    const std::size_t p = population_of(synapse.pre);
    const std::size_t q = population_of(post);
    const Key key{p, q, synapse.inhibitory, group};
    lists[key].push_back({static_cast<std::uint32_t>(synapse.pre - populations[p].first_id()),
                          static_cast<std::uint32_t>(post - populations[q].first_id()), synapse.weight, synapse.delay});
    numbers[key].push_back(static_cast<std::size_t>(&synapse - d.synapses.data()));
  }
  for (const auto& [key, list] : lists) {
    const auto& [p, q, inhibitory, group] = key;
    ProjectionOptions options;
    options.receptor_type = inhibitory ? "inhibitory" : "excitatory";
    if (group == 0) {
      simulation.connect(populations[p], populations[q], FromListConnector(list), StaticSynapse{}, options);
    } else {
      connect_plastic(d, populations[p], populations[q], list, numbers[key], options);
    }
  }
  everything.front().record("spikes");
  neurons.front().record("v", d.sampling_interval);
}

void BuiltNetwork::connect_plastic(const Description& d, const Population& pre, const Population& post,
                                   const std::vector<ListedConnection>& list, std::vector<std::size_t> synapses,
                                   const ProjectionOptions& options) {
  const auto numbers_of = [&d](std::size_t synapse) -> const reference::Plasticity& {
    return d.plasticity[static_cast<std::size_t>(d.synapses[synapse].plasticity)];
  };
  // One set of numbers for each pair of cells; those that have no synapse get those of the first that has.
  std::vector<reference::Plasticity> pairs(pre.size() * post.size(), numbers_of(synapses.front()));
  for (std::size_t k = 0; k < list.size(); ++k) {
    pairs[list[k].pre * post.size() + list[k].post] = numbers_of(synapses[k]);
  }
  plastic.push_back(simulation.connect(pre, post, FromListConnector(list),
                                       testing_support::synapse_type(pairs, list.front().weight.value(), 1.0),
                                       options));
  std::sort(synapses.begin(), synapses.end(), [&d](std::size_t a, std::size_t b) {
    const Synapse& x = d.synapses[a];
    const Synapse& y = d.synapses[b];
    return std::tie(x.pre, x.delay, x.post, x.weight) < std::tie(y.pre, y.delay, y.post, y.weight);
  });
  plastic_synapses.push_back(std::move(synapses));
}

}  // namespace va_event
