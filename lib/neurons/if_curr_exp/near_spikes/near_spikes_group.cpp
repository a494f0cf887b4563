// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_curr_exp/near_spikes/near_spikes_group.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "events/instant_bytes.hpp"
#include "foundation/prefetch.hpp"

namespace va_event::neurons::near_spikes_currents {

bool NearSpikesGroup::takes(std::span<const double> parameters) const {
  return Kernel::prepare(Kernel::kParameters.read(parameters), 0.0).in_amplitude_form;
}

void NearSpikesGroup::reserve(std::size_t count) {
  neurons_.rows.reserve(count);
  neurons_.infinity.reserve(count);
  neurons_.rare.reserve(count);
}

std::uint32_t NearSpikesGroup::add(const network::PopulationData& population, std::uint32_t begin, std::uint32_t end,
                                   std::span<const double> injected) {
  Neurons& n = neurons_;
  const auto first = static_cast<std::uint32_t>(n.rows.size());
  std::vector<double> parameters(population.parameters.size());
  std::vector<double> variables(population.initial.size());
  std::vector<std::uint32_t> times(first);
  for (std::uint32_t k = begin; k < end; ++k) {
    for (std::size_t p = 0; p < parameters.size(); ++p) {
      parameters[p] = population.parameters[p].at(k);
    }
    for (std::size_t x = 0; x < variables.size(); ++x) {
      variables[x] = population.initial[x].at(k);
    }
    const std::size_t i = n.rows.size();
    const Kernel::Parameters read = Kernel::kParameters.read(parameters);
    n.rows.push_back({});
    n.infinity.push_back(0.0);
    n.rare.push_back({.cell = population.first + k, .set = n.sets.add_user(parameters, injected[k - begin])});
    n.rare[i].times = n.times.add_user(std::array{read.tau_m, read.tau_syn_E, read.tau_syn_I}, 0.0);
    n.known.times = nullptr;  // the constants may have moved
    times.push_back(n.rare[i].times);
    set_state(i, Kernel::make_state(n.constants(i), variables), false);
  }
  n.ranges.add(first, static_cast<std::uint32_t>(n.rows.size()), times);
  return first;
}

void NearSpikesGroup::prefetch_targets(std::span<const std::uint32_t> targets, std::uint32_t offset) const {
  for (const std::uint32_t target : targets) {
    foundation::prefetch(&neurons_.rows[static_cast<std::uint32_t>(offset + target)]);
  }
}

// Rest

/// What raises the potential decays, and alone stays below the threshold already.
bool NearSpikesGroup::stays_below(std::size_t i) const {
  const Row& row = neurons_.rows[i];
  const Factors& start = neurons_.times_of(i).at[0];
  const double raised =
      (std::max(row.m, 0.0) * start.m + std::max(row.exc, 0.0) * start.exc) + std::max(row.inh, 0.0) * start.inh;
  return neurons_.infinity[i] < 0.0 && neurons_.infinity[i] + raised * (1.0 + kMargin) < 0.0;
}

bool NearSpikesGroup::all_decayed() const {
  return std::all_of(neurons_.rows.begin(), neurons_.rows.end(),
                     [](const Row& row) { return row.m == 0.0 && row.exc == 0.0 && row.inh == 0.0; });
}

/// Checked from the neuron on that was the last one not quiet: the usual cost is that of one neuron.
bool NearSpikesGroup::is_quiet() {
  for (std::size_t checked = 0; checked < neurons_.rows.size(); ++checked) {
    not_quiet_ = not_quiet_ < neurons_.rows.size() ? not_quiet_ : 0;
    if (neurons_.is_refractory(not_quiet_) ? !neurons_.rare[not_quiet_].removed : !stays_below(not_quiet_)) {
      return false;
    }
    ++not_quiet_;
  }
  settled_ = all_decayed();
  return true;
}

void NearSpikesGroup::advance_quietly(const Instant& end) {
  if (settled_) {  // all bounds hold for ever
    neurons_.time = end;
    neurons_.begin_segment(static_cast<std::size_t>(end.offset / kSegment));
    neurons_.known.times = nullptr;
    return;
  }
  WindowedGroup::advance_quietly(end);
  settled_ = all_decayed();
}

// What users read and change

Factors NearSpikesGroup::present_factors(std::size_t i) {
  const TimeConstants& times = neurons_.times_of(i);
  Moment& known = neurons_.known;
  if (!(known.times == &times && known.t == neurons_.time.offset)) {
    known = {neurons_.time.offset, &times, factors_at(times, neurons_.time.offset)};
  }
  return known.at;
}

/// The state at the present time, y also of a refractory neuron.
State<double> NearSpikesGroup::state_of(std::size_t i) {
  const Factors at = present_factors(i);
  const Row& row = neurons_.rows[i];
  const double exc = row.exc * at.exc;
  const double inh = row.inh * at.inh;
  const double y = neurons_.infinity[i] + ((row.m * at.m + exc) + inh);
  const std::array<double, 2>& gain = neurons_.times_of(i).gain;
  return {neurons_.is_refractory(i) ? neurons_.rare[i].refractory_y : neurons_.constants(i).resistance * y,
          exc / gain[0], inh / gain[1], neurons_.time.offset};
}

/// From the present time on, as after an event.
void NearSpikesGroup::set_state(std::size_t i, const State<double>& state, bool refractory) {
  const Kernel::Constants& c = neurons_.constants(i);
  const std::array<double, 2>& gain = neurons_.times_of(i).gain;
  const Factors at = present_factors(i);
  const double infinity = neurons_.infinity[i] = c.y_infinity / c.resistance;
  const double exc = gain[0] * state.exc;
  const double inh = gain[1] * state.inh;
  forget_prospects(i);
  Row& row = neurons_.rows[i];
  row = {0.0, exc / at.exc, inh / at.inh, kRefractory};
  if (refractory) {
    neurons_.rare[i].refractory_y = state.y;
    return;
  }
  row.m = (((state.y / c.resistance - infinity) - exc) - inh) / at.m;
  look(neurons_, i);
  if (state.y >= 0.0) {
    neurons_.spikes_at(i, neurons_.time.offset);
  }
}

/// The neuron is no longer near its threshold.
void NearSpikesGroup::forget_prospects(std::size_t i) {
  if (const std::uint32_t place = std::exchange(neurons_.rare[i].near, 0); place != 0) {
    neurons_.near[place - 1] = neurons_.near.back();
    neurons_.near.pop_back();
    if (place <= neurons_.near.size()) {
      neurons_.rare[neurons_.near[place - 1].index].near = place;
    }
  }
}

double NearSpikesGroup::variable(std::size_t index, std::size_t variable, const double& /*t*/) {
  return Kernel::variable(neurons_.constants(index), state_of(index), variable);
}

void NearSpikesGroup::set_variable(std::size_t index, std::size_t variable, double value, const double& /*t*/,
                                   Candidates& /*candidates*/) {
  State<double> state = state_of(index);
  Kernel::set_variable(neurons_.constants(index), state, variable, value);
  set_state(index, state, neurons_.is_refractory(index));
}

void NearSpikesGroup::set_parameters(std::size_t index, std::span<const double> parameters, double injected,
                                     const double& /*t*/, Candidates& /*candidates*/) {
  Neurons::Rare& rare = neurons_.rare[index];
  const bool refractory = neurons_.is_refractory(index);
  State<double> state = state_of(index);
  const double threshold_before = neurons_.constants(index).v_thresh;
  const bool at_reset = state.y == neurons_.constants(index).y_reset;
  rare.set = neurons_.sets.change_user(rare.set, parameters, injected);
  const Kernel::Parameters read = Kernel::kParameters.read(parameters);
  rare.times = neurons_.times.change_user(rare.times, std::array{read.tau_m, read.tau_syn_E, read.tau_syn_I}, 0.0);
  neurons_.ranges.set_changed(static_cast<std::uint32_t>(index), rare.times);
  neurons_.known.times = nullptr;  // the constants may be others
  const Kernel::Constants& c = neurons_.constants(index);
  state.y += threshold_before - c.v_thresh;
  if (refractory && at_reset) {
    state.y = c.y_reset;  // but a v that the user has set is kept
  }
  set_state(index, state, refractory);
}

std::optional<Instant> NearSpikesGroup::refractory_until(std::size_t index) const {
  return neurons_.is_refractory(index) && !neurons_.rare[index].removed ? std::optional(neurons_.rare[index].wake)
                                                                        : std::nullopt;
}

RemovedNeuron<double, State<double>> NearSpikesGroup::remove_neuron(std::size_t index, const double& t) {
  const bool refractory = neurons_.is_refractory(index);
  State<double> state = state_of(index);
  const double refractory_y = neurons_.rare[index].refractory_y;
  if (refractory) {
    state.y = kRefractory;
  }
  state.t = t;
  neurons_.rare[index].removed = true;
  set_state(index, {0.0, 0.0, 0.0, t}, true);
  return {state, refractory_y, neurons_.constants(index).v_thresh, neurons_.constants(index).y_reset};
}

// Checkpoints

/// In place of whether the neuron is refractory: it spikes at the present time.
constexpr std::uint8_t kAtThreshold = 2;

void NearSpikesGroup::save(std::size_t index, foundation::ByteWriter& out) {
  const bool refractory = neurons_.is_refractory(index);
  const Row& row = neurons_.rows[index];
  const std::uint32_t place = neurons_.rare[index].near;
  const bool at_threshold =
      place != 0 && neurons_.near[place - 1].searched && !(neurons_.near[place - 1].crossing > neurons_.time.offset);
  out.put<std::uint8_t>(refractory ? 1 : at_threshold ? kAtThreshold : 0);
  if (refractory) {
    events::put_instant(out, neurons_.rare[index].wake);
    out.put(neurons_.rare[index].refractory_y);
  } else {
    out.put(row.m);
  }
  out.put(row.exc);
  out.put(row.inh);
}

void NearSpikesGroup::begin_load(const Instant& now) {
  neurons_.time = now;
  neurons_.begin_segment(static_cast<std::size_t>(now.offset / kSegment));
  neurons_.known.times = nullptr;
  neurons_.near.clear();
  for (std::vector<std::uint32_t>& list : neurons_.later) {
    list.clear();
  }
  neurons_.wakes.clear();
  neurons_.new_wakes.clear();
  neurons_.next_wake = kNever;
  neurons_.spikes.clear();
  for (std::size_t i = 0; i < neurons_.rows.size(); ++i) {
    neurons_.rows[i] = {0.0, 0.0, 0.0, kRefractory};
    neurons_.rare[i].near = 0;
  }
}

bool NearSpikesGroup::load(std::size_t index, foundation::ByteReader& in, const Instant& now) {
  constexpr double kLargest = 1e200;
  const auto get = [&in] {
    const auto number = in.get<double>();
    in.require(std::fabs(number) <= kLargest, "holds a number out of range");
    return number;
  };
  const auto kind = in.get<std::uint8_t>();
  in.require(kind <= kAtThreshold, "holds a neuron in no state that there is");
  const bool refractory = kind == 1;
  Row& row = neurons_.rows[index];
  if (refractory) {
    neurons_.rare[index].wake = events::get_instant<double>(in);
    in.require(!(neurons_.rare[index].wake < now), "holds a neuron of another time");
    neurons_.rare[index].refractory_y = get();
  } else {
    row.m = get();
  }
  row.exc = get();
  row.inh = get();
  neurons_.infinity[index] = neurons_.constants(index).y_infinity / neurons_.constants(index).resistance;
  if (refractory) {
    neurons_.wake_later(index);
  } else {
    look(neurons_, index);
    if (kind == kAtThreshold) {
      in.require(neurons_.rare[index].near != 0, "holds a spike of a neuron that is far from its threshold");
      neurons_.spikes_at(index, now.offset);
    }
  }
  return false;  // the end of its refractoriness is no event of the event loop
}

}  // namespace va_event::neurons::near_spikes_currents
