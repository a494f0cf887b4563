// SPDX-License-Identifier: Apache-2.0
#include "va_crossval/plasticity_network.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace va_event::crossval {
namespace {

constexpr std::int64_t kStepsBetweenChecks = 100000;  // of Ctrl-C; well below a second

std::vector<PlasticSynapse> synapses_of(const Projection& projection) {
  std::vector<PlasticSynapse> synapses;
  for (const ListedConnection& c : projection.connections()) {
    synapses.push_back({c.pre, c.post, c.weight.value(), c.delay.value()});
  }
  return synapses;
}

std::int64_t step_at_or_after(double time, double dt) { return static_cast<std::int64_t>(std::ceil(time / dt)); }

/// Of a delay that a synapse has before it, or behind it.
std::int64_t steps_of_part(double part, double dt, std::int64_t whole) {
  return std::clamp<std::int64_t>(std::llround(part / dt), 0, whole);
}

std::int64_t steps_of_delay(double delay, double dt) { return std::max<std::int64_t>(1, std::llround(delay / dt)); }

std::vector<std::vector<std::int64_t>> on_grid(const Trains& trains, double dt) {
  std::vector<std::vector<std::int64_t>> steps(trains.size());
  for (std::size_t i = 0; i < trains.size(); ++i) {
    for (const double time : trains[i]) {
      steps[i].push_back(step_at_or_after(time, dt));
    }
  }
  return steps;
}

std::vector<GridSynapse> on_grid(const std::vector<PlasticSynapse>& synapses, double fraction, double dt) {
  std::vector<GridSynapse> result;
  result.reserve(synapses.size());
  for (const PlasticSynapse& s : synapses) {
    const std::int64_t delay = steps_of_delay(s.delay, dt);
    result.push_back({.pre = s.pre,
                      .post = s.post,
                      .delay = delay,
                      .weight = s.weight,
                      .axonal = delay - steps_of_part(fraction * s.delay, dt, delay)});
  }
  return result;
}

/// Inputs that are on their way: a row of sums for each step until the longest delay, over and over.
class InputRing {
 public:
  InputRing(std::int64_t longest_delay, std::size_t neurons)
      : rows_(longest_delay + 1), neurons_(neurons), sums_(static_cast<std::size_t>(rows_) * neurons, 0.0) {}
  [[nodiscard]] double* row(std::int64_t step) {
    return sums_.data() + static_cast<std::size_t>(step % rows_) * neurons_;
  }

 private:
  std::int64_t rows_;
  std::size_t neurons_;
  std::vector<double> sums_;
};

/// IF_curr_exp from step to step.
class GridNeurons {
 public:
  GridNeurons(const IfCurrExp& type, double dt, std::vector<double> v)
      : type_(type),
        decay_m_(std::exp(-dt / type.tau_m)),
        decay_exc_(std::exp(-dt / type.tau_syn_E)),
        decay_inh_(std::exp(-dt / type.tau_syn_I)),
        gain_exc_(gain(type.tau_syn_E, decay_exc_)),
        gain_inh_(gain(type.tau_syn_I, decay_inh_)),
        refractory_steps_(std::llround(type.tau_refrac / dt)),
        v_(std::move(v)),
        i_exc_(v_.size(), 0.0),
        i_inh_(v_.size(), 0.0),
        refractory_until_(v_.size(), 0) {}

  /// Takes the inputs of `step` and sets them to 0, goes to step + 1 and lists who spikes there.
  void advance(std::int64_t step, double* exc, double* inh, std::vector<std::uint32_t>& spiking) {
    spiking.clear();
    for (std::size_t i = 0; i < v_.size(); ++i) {
      i_exc_[i] += exc[i];
      i_inh_[i] += inh[i];
      exc[i] = 0.0;
      inh[i] = 0.0;
      if (step >= refractory_until_[i]) {
        v_[i] = type_.v_rest + (v_[i] - type_.v_rest) * decay_m_ + gain_exc_ * i_exc_[i] + gain_inh_ * i_inh_[i];
      }
      i_exc_[i] *= decay_exc_;
      i_inh_[i] *= decay_inh_;
      if (v_[i] >= type_.v_thresh) {
        spiking.push_back(static_cast<std::uint32_t>(i));
        v_[i] = type_.v_reset;
        refractory_until_[i] = step + 1 + refractory_steps_;
      }
    }
  }

 private:
  /// By how much a current of 1 nA at the beginning of the step changes v until its end [mV/nA].
  [[nodiscard]] double gain(double tau, double decay) const {
    return tau * type_.tau_m / (type_.cm * (tau - type_.tau_m)) * (decay - decay_m_);
  }

  IfCurrExp type_;
  double decay_m_, decay_exc_, decay_inh_, gain_exc_, gain_inh_;
  std::int64_t refractory_steps_;
  std::vector<double> v_, i_exc_, i_inh_;
  std::vector<std::int64_t> refractory_until_;
};

/// Numbers of the synapses of each presynaptic cell.
template <class Synapses>
std::vector<std::vector<std::size_t>> rows_of(const Synapses& synapses, std::size_t cells) {
  std::vector<std::vector<std::size_t>> rows(cells);
  for (std::size_t s = 0; s < synapses.size(); ++s) {
    rows[synapses[s].pre].push_back(s);
  }
  return rows;
}

/// Spikes on their way: the numbers of the synapses at which they are delivered in each step, over and over.
class DeliveryRing {
 public:
  explicit DeliveryRing(std::int64_t longest_delay) : rows_(static_cast<std::size_t>(longest_delay + 1)) {}
  [[nodiscard]] std::vector<std::size_t>& row(std::int64_t step) {
    return rows_[static_cast<std::size_t>(step) % rows_.size()];
  }

 private:
  std::vector<std::vector<std::size_t>> rows_;
};

/// Takes the last postsynaptic spikes and reads the weights.
void finish(const GridLearning& learning, std::vector<GridSynapse>& synapses,
            const std::vector<std::vector<std::int64_t>>& post_spikes, std::int64_t end, GridRun& run) {
  for (GridSynapse& synapse : synapses) {
    learning.advance(synapse, end, post_spikes[synapse.post]);
    run.weights.push_back(synapse.weight);
    run.coincident += synapse.coincident;
  }
}

}  // namespace

Trains trains_of(const Spikes& spikes, std::span<const CellId> ids) {
  std::unordered_map<CellId, std::size_t> index;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    index[ids[i]] = i;
  }
  Trains trains(ids.size());
  for (std::size_t k = 0; k < spikes.size(); ++k) {
    trains[index.at(spikes.ids[k])].push_back(spikes.times[k].ms());
  }
  return trains;
}

PlasticNetwork::PlasticNetwork(const PlasticSetup& setup, std::uint64_t seed, double duration, const Session& session,
                               Precision precision)
    : setup_(setup), duration_(duration), simulation_({.seed = seed, .precision = precision}) {
  const Population sources =
      simulation_.create(setup.n_sources, SpikeSourcePoisson{.rate = setup.source_rate}, {.label = "sources"});
  const Population exc = simulation_.create(setup.n_exc, setup.neuron, {.label = "exc"});
  const Population inh = simulation_.create(setup.n_inh, setup.neuron, {.label = "inh"});
  neurons_ = exc + inh;
  neurons_->initialize("v", RandomDistribution("uniform", {setup.neuron.v_reset, setup.neuron.v_thresh}));
  const FixedProbabilityConnector connector(setup.p_connect, false);
  const Values weight = 0.5 * setup.rule.w_max;
  const Values delay = RandomDistribution("uniform", {setup.delay_min, setup.delay_max});
  const SynapseType synapse = setup.plastic ? SynapseType(setup.rule.mechanism(weight, delay))
                                            : SynapseType(StaticSynapse{.weight = weight, .delay = delay});
  const Projection learning = simulation_.connect(sources + exc, *neurons_, connector, synapse);
  const Projection inhibition = simulation_.connect(
      inh, *neurons_, connector, StaticSynapse{.weight = setup.w_inh, .delay = delay}, {.receptor_type = "inhibitory"});
  synapses_ = synapses_of(learning);
  inhibitory_ = synapses_of(inhibition);
  initial_v_ = neurons_->value("v");
  const Assembly all = sources + *neurons_;
  all.record("spikes");
  session.run(simulation_, duration);

  weights_ = learning.weights();
  spikes_ = neurons_->spikes();
  neuron_trains_ = trains_of(spikes_, neurons_->ids());
  const Assembly pre = sources + exc;
  pre_trains_ = trains_of(pre.spikes(), pre.ids());
}

std::vector<GridSynapse> PlasticNetwork::synapses_on_grid(double dt) const {
  return on_grid(synapses_, setup_.rule.dendritic_delay_fraction, dt);
}

std::int64_t PlasticNetwork::end_of_grid(double dt) const { return step_at_or_after(duration_, dt) + 1; }

GridRun PlasticNetwork::run_on_grid(double dt, Coincidence coincidence, const Session& session) const {
  const GridLearning learning(setup_.rule, dt, coincidence);
  std::vector<GridSynapse> synapses = synapses_on_grid(dt);
  const auto rows = rows_of(synapses, pre_trains_.size());
  const auto inhibitory_rows = rows_of(inhibitory_, setup_.n_inh);
  const auto source_steps = on_grid(pre_trains_, dt);
  std::vector<std::pair<std::int64_t, std::uint32_t>> source_spikes;
  for (std::uint32_t source = 0; source < setup_.n_sources; ++source) {
    for (const std::int64_t step : source_steps[source]) {
      source_spikes.emplace_back(step, source);
    }
  }
  std::sort(source_spikes.begin(), source_spikes.end());

  const std::size_t n = setup_.n_exc + setup_.n_inh;
  const std::int64_t longest = steps_of_delay(setup_.delay_max, dt);
  DeliveryRing deliveries(longest);
  std::vector<double> exc(n, 0.0);
  InputRing inh(longest, n);
  GridNeurons neurons(setup_.neuron, dt, initial_v_);
  std::vector<std::vector<std::int64_t>> spikes(n);
  std::vector<std::uint32_t> spiking;
  GridRun run;
  const auto emit = [&](std::uint32_t pre, std::int64_t step) {
    for (const std::size_t s : rows[pre]) {
      deliveries.row(step + synapses[s].delay).push_back(s);
    }
  };
  // When a spike is delivered, all that arrives at the synapse before it has happened.
  const auto take = [&](GridSynapse& synapse, std::int64_t delivery) {
    learning.take_pre(synapse, delivery - synapse.delay + synapse.axonal, spikes[synapse.post]);
  };
  const std::int64_t end = end_of_grid(dt);
  auto next_source = source_spikes.begin();
  for (std::int64_t step = 0; step < end; ++step) {
    for (; next_source != source_spikes.end() && next_source->first == step; ++next_source) {
      emit(next_source->second, step);
    }
    for (const std::uint32_t i : spiking) {
      spikes[i].push_back(step);
      run.spikes.times.emplace_back(dt * static_cast<double>(step));
      run.spikes.ids.push_back(neurons_->ids()[i]);
      if (i < setup_.n_exc) {
        emit(static_cast<std::uint32_t>(setup_.n_sources + i), step);
        continue;
      }
      for (const std::size_t s : inhibitory_rows[i - setup_.n_exc]) {
        inh.row(step + steps_of_delay(inhibitory_[s].delay, dt))[inhibitory_[s].post] += inhibitory_[s].weight;
      }
    }
    for (const std::size_t s : deliveries.row(step)) {
      take(synapses[s], step);
      exc[synapses[s].post] += synapses[s].weight;
    }
    deliveries.row(step).clear();
    neurons.advance(step, exc.data(), inh.row(step), spiking);
    if (step % kStepsBetweenChecks == 0) {
      session.check();
    }
  }
  for (std::int64_t step = end; step < end + longest; ++step) {  // at the synapse, but not yet delivered
    for (const std::size_t s : deliveries.row(step)) {
      if (step - synapses[s].delay + synapses[s].axonal < end) {
        take(synapses[s], step);
      }
    }
  }
  finish(learning, synapses, spikes, end, run);
  return run;
}

GridRun PlasticNetwork::learn_on_grid(double dt, Coincidence coincidence) const {
  const GridLearning learning(setup_.rule, dt, coincidence);
  std::vector<GridSynapse> synapses = synapses_on_grid(dt);
  const auto pre_spikes = on_grid(pre_trains_, dt);
  const auto post_spikes = on_grid(neuron_trains_, dt);
  const std::int64_t end = end_of_grid(dt);
  for (GridSynapse& synapse : synapses) {
    for (const std::int64_t step : pre_spikes[synapse.pre]) {
      if (step + synapse.axonal < end) {
        learning.take_pre(synapse, step + synapse.axonal, post_spikes[synapse.post]);
      }
    }
  }
  GridRun run;
  finish(learning, synapses, post_spikes, end, run);
  return run;
}

UnresolvedPairs PlasticNetwork::unresolved_pairs(double dt) const {
  constexpr std::int64_t kRounding = 3;  // rounding moves an interval by less than so many steps
  const auto pre_steps = on_grid(pre_trains_, dt);
  const auto post_steps = on_grid(neuron_trains_, dt);
  const std::vector<GridSynapse> on_steps = synapses_on_grid(dt);
  UnresolvedPairs pairs;
  for (std::size_t k = 0; k < synapses_.size(); ++k) {
    const PlasticSynapse& synapse = synapses_[k];
    // By how much later a postsynaptic spike reaches the synapse than a presynaptic one of the same time.
    const std::int64_t delay = on_steps[k].delay - 2 * on_steps[k].axonal;
    const double exact_delay = (2.0 * setup_.rule.dendritic_delay_fraction - 1.0) * synapse.delay;
    const std::vector<std::int64_t>& posts = post_steps[synapse.post];
    const std::uint64_t before = pairs.coincident + pairs.misordered;
    for (std::size_t i = 0; i < pre_steps[synapse.pre].size(); ++i) {
      const std::int64_t pre_step = pre_steps[synapse.pre][i];
      auto other = std::lower_bound(posts.begin(), posts.end(), pre_step - kRounding - delay);
      for (; other != posts.end() && *other <= pre_step + kRounding - delay; ++other) {
        const std::int64_t steps = *other + delay - pre_step;
        const double exact = neuron_trains_[synapse.post][static_cast<std::size_t>(other - posts.begin())] +
                             exact_delay - pre_trains_[synapse.pre][i];
        if (steps == 0) {
          ++pairs.coincident;
        } else if ((steps > 0) != (exact > 0.0)) {
          ++pairs.misordered;
        }
      }
    }
    pairs.all_resolved.push_back(pairs.coincident + pairs.misordered == before);
  }
  return pairs;
}

}  // namespace va_event::crossval
