// SPDX-License-Identifier: Apache-2.0
#include "fixed_step/clock.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>

#include "foundation/number_text.hpp"
#include "neurons/fixed_step/fixed_step_form.hpp"
#include "neurons/neuron_implementation.hpp"
#include "va_event/error.hpp"

// A spike goes this way: a neuron or a source emits it (take_spikes, spike_sources); for each branch in which the cell
// has synapses it enters the calendar at its first arrival (send_out, travel_on); in that step its synapses that arrive
// then become happenings, and the rest goes back into the calendar (collect_inputs); the happenings of a step are
// sorted and delivered (step).

namespace va_event::fixed_step {

namespace {

/// The fixed-step form of a population's model. @pre not of spike sources @throws ParameterError when the model has
/// none
const FixedStepForm& form_of(const network::PopulationData& population) {
  const FixedStepForm* const form = population.model->neuron->in_fixed_steps;
  if (form == nullptr) {
    throw ParameterError("model", std::string(population.model->name), "",
                         "must be one that has a form for fixed steps, such as IF_curr_exp or IF_cond_exp (\"" +
                             population.label + "\")");
  }
  return *form;
}

}  // namespace

Clock::Clock(const network::Network& network, const FixedStepOptions& options)
    : live_(network),
      network_{network.seed, network.share, network.threads, network.populations, {}, network.injections},
      grid_(options.dt),
      wiring_(network, options),
      calendar_(wiring_.max_delay()),
      sources_(network_, grid_),
      amplitudes_(network.injections.size(), 0.0) {
  check(options);
  for (const network::PopulationData& population : network_.populations) {
    groups_.push_back(population.model->is_source() ? nullptr : form_of(population).make(population, options));
  }
  schedule_currents(options.delays);
}

void Clock::check(const FixedStepOptions& options) const {
  for (const network::Injection& injection : network_.injections) {
    if (injection.sine) {
      throw ParameterError("current source", "ACSource", "", "must be constant between given times in fixed steps");
    }
  }
  for (const network::PopulationData& population : network_.populations) {
    if (population.model->is_source()) {
      continue;
    }
    const FixedStepForm& form = form_of(population);
    if (options.method == Method::exact && !form.has_exact_method) {
      throw ParameterError("method", "exact", "",
                           "must be another one for conductance-based cells (\"" + population.label +
                               "\"), whose equations have no exact propagator");
    }
    const StabilityLimit limit = form.stability_limit(population, options.method);
    if (options.dt > limit.dt) {
      throw ParameterError("dt", options.dt, "ms",
                           "must be at most " + foundation::shortest_text(limit.dt) + " ms, or " +
                               std::string(name(options.method)) + " is not stable for " +
                               std::string(limit.time_constant) + " = " + foundation::shortest_text(limit.tau) +
                               " ms of \"" + population.label + "\"");
    }
  }
  // An interpolated spike is found when its step is over, so it may not arrive in the same step.
  const double min_delay = wiring_.min_neuron_delay();
  if (options.spikes != SpikeTiming::grid && options.delays == DelayTiming::continuous &&
      grid_.duration(min_delay).step < 1) {
    throw ParameterError("dt", options.dt, "ms",
                         "must be at most " + foundation::shortest_text(min_delay) +
                             " ms, the smallest delay between neurons, when spikes are interpolated and delays "
                             "continuous");
  }
}

void Clock::schedule_currents(DelayTiming timing) {
  for (std::size_t k = 0; k < network_.injections.size(); ++k) {
    const network::Injection& injection = network_.injections[k];
    for (const CellId cell : injection.cells) {
      injections_of_[cell].push_back(k);
    }
    for (std::size_t s = 0; s < injection.source.times().size(); ++s) {
      GridTime time = grid_.locate(events::to_instant<double>(injection.source.times()[s]));
      if (timing == DelayTiming::grid) {
        time = {grid_.round_up(time), 0.0};
      }
      current_steps_.push_back({time, k, injection.source.amplitudes()[s]});
    }
  }
  // Stable: two steps of one source that are rounded to one moment keep their order.
  std::stable_sort(current_steps_.begin(), current_steps_.end(),
                   [](const CurrentStep& a, const CurrentStep& b) { return a.time < b.time; });
}

// The order within a step is documented at FixedStepSimulation: samples, sources, currents and inputs, then the
// neurons.
void Clock::step() {
  take_samples();
  if (now_ == 0) {
    for (const auto& group : groups_) {
      if (group) {
        group->spike_at_start();
      }
    }
    take_spikes();
  }
  spike_sources();
  happenings_.clear();
  collect_currents();
  collect_inputs();
  std::sort(happenings_.begin(), happenings_.end());
  for (const Happening& happening : happenings_) {
    if (happening.kind == Happening::Kind::current) {
      change_current(current_steps_[happening.index], happening.offset);
    } else {
      deliver(happening);
    }
  }
  for (const auto& group : groups_) {
    if (group) {
      group->finish_step();
    }
  }
  take_spikes();
  ++now_;
  ++statistics_.steps;
}

double Clock::variable(CellId cell, std::size_t variable) const {
  const std::size_t population = network_.population_of(cell);
  return groups_[population]->variable(cell - network_.populations[population].first, variable);
}

void Clock::take_samples() {
  for (recording::Sampling& sampling : recorder_.samplings()) {
    if (sampling.next_sample() * std::llround(sampling.interval / grid_.dt()) != now_) {
      continue;
    }
    for (const CellId cell : sampling.ids) {
      const CellModel& model = *network_.populations[network_.population_of(cell)].model;
      sampling.values.push_back(variable(cell, variable_index(model, sampling.variable)));
    }
  }
}

void Clock::spike_sources() {
  while (const auto spike = sources_.take(now_)) {
    ++statistics_.source_spikes;
    recorder_.add_spike(spike->cell, events::to_time(spike->time));
    send_out(spike->cell, spike->population, spike->on_grid);
  }
}

/// Records the neurons' spikes of a step and sends them out.
void Clock::take_spikes() {
  for (std::size_t p = 0; p < groups_.size(); ++p) {
    if (!groups_[p]) {
      continue;
    }
    for (const NeuronSpike& spike : groups_[p]->spikes()) {
      const CellId cell = network_.populations[p].first + spike.neuron;
      ++statistics_.spikes;
      recorder_.add_spike(cell, events::to_time(grid_.instant(spike.time)));
      send_out(cell, p, spike.time);
    }
    groups_[p]->spikes().clear();
  }
}

void Clock::send_out(CellId source, std::size_t population, const GridTime& time) {
  for (const std::size_t index : wiring_.branches_of(population)) {
    const auto row = wiring_.row(wiring_.branch(index), source);
    if (row) {
      travel_on({time, 0, index, source, static_cast<std::uint32_t>(*row), 0});
    }
  }
}

/// Puts a spike into the calendar at the arrival of its next synapses, if there are any. Rows are sorted by delay, so
/// that those are the first ones after `position`.
void Clock::travel_on(TravellingSpike spike) {
  const network::SynapseTable& table = table_of(wiring_.branch(spike.branch));
  const network::SynapseTable::Row row = table.row(spike.row);
  if (spike.position < row.target.size()) {
    const double delay = row.delay.empty() ? table.constant_delay() : row.delay[spike.position];
    spike.arrival_step = wiring_.arrival(spike.emitted, delay).step;
    assert(spike.arrival_step >= now_ && "a spike may not arrive in a step that is over");
    calendar_.add(spike);
  }
}

void Clock::collect_inputs() {
  calendar_.take(now_, arrivals_);
  for (TravellingSpike& spike : arrivals_) {
    const network::SynapseTable& table = table_of(wiring_.branch(spike.branch));
    const network::SynapseTable::Row row = table.row(spike.row);
    const auto add = [&](double offset, std::uint32_t end) {
      happenings_.push_back(
          {offset, Happening::Kind::input, spike.source, spike.branch, spike.row, spike.position, end});
      spike.position = end;
    };
    const auto size = static_cast<std::uint32_t>(row.target.size());
    if (row.delay.empty()) {
      add(wiring_.arrival(spike.emitted, table.constant_delay()).offset, size);
      continue;
    }
    while (spike.position < size) {
      const GridTime arrival = wiring_.arrival(spike.emitted, row.delay[spike.position]);
      if (arrival.step > now_) {
        break;
      }
      std::uint32_t end = spike.position + 1;
      while (end < size && wiring_.arrival(spike.emitted, row.delay[end]) == arrival) {
        ++end;
      }
      add(arrival.offset, end);
    }
    travel_on(spike);
  }
}

void Clock::collect_currents() {
  for (; next_current_step_ < current_steps_.size(); ++next_current_step_) {
    const GridTime& time = current_steps_[next_current_step_].time;
    if (time.step > now_) {
      return;
    }
    happenings_.push_back({time.offset, Happening::Kind::current, 0, next_current_step_});
  }
}

/// All currents of a cell are summed anew in the order in which they were injected: differences would drift.
void Clock::change_current(const CurrentStep& step, double offset) {
  amplitudes_[step.injection] = step.amplitude;
  for (const CellId cell : network_.injections[step.injection].cells) {
    const std::size_t p = network_.population_of(cell);
    const network::PopulationData& population = network_.populations[p];
    const std::size_t neuron = cell - population.first;
    double sum = 0.0;
    for (const std::size_t injection : injections_of_[cell]) {
      sum += amplitudes_[injection];
    }
    const double constant = population.parameters[parameter_index(*population.model, "i_offset")].at(neuron);
    groups_[p]->set_current(neuron, offset, constant + sum);
  }
}

void Clock::deliver(const Happening& input) {
  const Branch& branch = wiring_.branch(input.index);
  const network::SynapseTable& table = table_of(branch);
  const network::SynapseTable::Row row = table.row(input.row);
  const std::size_t count = input.end - input.begin;
  NeuronGroup& group = *groups_[branch.post_population];
  const auto targets = row.target.subspan(input.begin, count);
  if (row.weight.empty()) {
    group.deliver(input.offset, branch.receptor, targets, table.constant_weight());
  } else {
    group.deliver(input.offset, branch.receptor, targets, row.weight.subspan(input.begin, count));
  }
  statistics_.synaptic_events += count;
}

const network::SynapseTable& Clock::table_of(const Branch& branch) const {
  return live_.projections[branch.projection].blocks[branch.block].table;
}

}  // namespace va_event::fixed_step
