// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_cond_exp/order_free/order_free_conductances_group.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

namespace va_event::neurons::order_free_conductances {

namespace {

std::vector<double> parameters_of(const network::PopulationData& population, std::size_t index) {
  std::vector<double> parameters;
  for (const network::Column& column : population.parameters) {
    parameters.push_back(column.at(index));
  }
  return parameters;
}

}  // namespace

OrderFreeConductancesGroup::OrderFreeConductancesGroup(double tau_exc, double tau_inh, double unit)
    : tau_exc_(tau_exc), tau_inh_(tau_inh), units_({tau_exc, tau_inh}, unit), inputs_(&history_[0]) {}

bool OrderFreeConductancesGroup::takes(std::span<const double> parameters) const {
  const Kernel::Parameters p = Kernel::kParameters.read(parameters);
  return p.tau_syn_E == tau_exc_ && p.tau_syn_I == tau_inh_ && p.e_rev_I < p.v_thresh && p.e_rev_E > p.v_thresh;
}

void OrderFreeConductancesGroup::reserve(std::size_t count) { neurons_.reserve(count); }

std::uint32_t OrderFreeConductancesGroup::add(const network::PopulationData& population, std::uint32_t begin,
                                              std::uint32_t end, std::span<const double> injected) {
  const auto first = static_cast<std::uint32_t>(neurons_.size());
  bounds_.resize(first + (end - begin));
  inputs_->begin(first + (end - begin));
  sums_ = {};
  std::vector<double> variables(population.initial.size());
  for (std::uint32_t n = begin; n < end; ++n) {
    for (std::size_t x = 0; x < variables.size(); ++x) {
      variables[x] = population.initial[x].at(n);
    }
    const std::size_t i = neurons_.size();
    neurons_.emplace_back();
    neurons_[i].cell = population.first + n;
    neurons_[i].set = sets_.add_user(parameters_of(population, n), injected[n - begin]);
    const State<double> state = Kernel::make_state(constants(i), variables);
    inputs_->at_start[i] = {state.exc, state.inh};
    bounds_.set_constants(i, constants(i));
    begin_anew(i, state.y);
    set_bounds(i, {.exc = state.exc, .inh = state.inh, .y = state.y}, present());
  }
  present_sums_ = &sums(frame_);
  return first;
}

void OrderFreeConductancesGroup::set_bounds(std::size_t i, const Place& place, double now) {
  const double resistance = constants(i).resistance;
  double exc = place.exc;
  for (const Held& held : held_) {
    // The filter has counted all inputs of these bins, and will not do so again.
    const double bin_end = since_start(frame_, held.bins.arrival_of(held.bins.first()));
    if (now < bin_end) {
      const double growth = numerics::elementary::exp((bin_end - now) / tau_exc_);
      gathered_.clear();
      inputs_->gather_slots(i, now, bin_end, gathered_, held.sources.get());
      for (std::size_t k = 0; k < gathered_.size; ++k) {
        exc += gathered_.weight[k] * growth;
      }
    }
  }
  bounds_.set_conductances(i, resistance * exc, resistance * place.inh);
  set_bound_of_potential(i, place);
}

void OrderFreeConductancesGroup::set_bound_of_potential(std::size_t i, const Place& place) {
  // Parameters that the group does not take, an e_rev_I above v_thresh, may be there until the neuron is held
  // elsewhere.
  bounds_.u(i) = place.held ? kHeld : std::min(std::max(from_above(place.y), bounds_(i, Bounds::kYInh)), 0.0F);
}

/// For tests: all neurons, and whether the filter would have been right about
/// them.
void OrderFreeConductancesGroup::look_at_all(const std::vector<std::uint32_t>& flagged, double end,
                                             std::vector<events::CellEvent<double>>& spikes) {
  FilterTrial& trial = filter_trial();
  for (std::size_t i = 0; i < neurons_.size(); ++i) {
    const float u = bounds_.u(i);
    const float ge = bounds_.ge(i);
    const float gi = bounds_.gi(i);
    const std::size_t before = spikes.size();
    set_bounds(i, look(i, end, spikes), end);
    ++trial.compared;
    if (std::binary_search(flagged.begin(), flagged.end(), static_cast<std::uint32_t>(i))) {
      continue;
    }
    const bool wrong = spikes.size() > before || ge < from_below(bounds_.ge(i)) || gi > from_above(bounds_.gi(i)) ||
                       (!neurons_[i].place.held && u < from_below(bounds_.u(i)));
    trial.wrong += wrong ? 1 : 0;
    // The filter goes on with bounds of its own.
    bounds_.u(i) = u;
    bounds_.ge(i) = ge;
    bounds_.gi(i) = gi;
  }
}

/// Neurons whose refractoriness ends within the window: for the filter v begins at the window's start. Where its bound
/// falls below the value that v begins with before v does, v can only rise since inhibition decays, by no more than
/// Waking::least says.
void OrderFreeConductancesGroup::prepare_waking(const Instant& end, double h) {
  waking_.clear();
  const double lost_inh = -numerics::elementary::expm1(-h / tau_inh_);
  while (!refractory_list_.empty() && refractory_list_.front().until < end) {
    std::pop_heap(refractory_list_.begin(), refractory_list_.end());
    const std::uint32_t i = refractory_list_.back().index;
    refractory_list_.pop_back();
    Neuron& neuron = neurons_[i];
    neuron.listed = false;
    if (!(neuron.origin < end)) {  // longer than was known
      list_refractory(i);
      continue;
    }
    if (neuron.origin < time_) {  // it was refractory within the last window only
      continue;
    }
    const float y_inh = bounds_(i, Bounds::kYInh);
    const float y = std::clamp(from_above(neuron.y), y_inh, 0.0F);
    const double rise = h * bounds_(i, Bounds::kRateM) * lost_inh * bounds_.gi(i) * -y_inh;
    bounds_.u(i) = y;
    waking_.push_back({i, from_above(y + 1.0001 * rise + 1e-5)});
  }
}

void OrderFreeConductancesGroup::advance(const Instant& end, std::vector<events::CellEvent<double>>& spikes) {
  const double x_end = since_start(frame_, end);
  keep_slices_before(x_end);
  if (const double h = x_end - window_begin_; h > 0.0) {
    flagged_.swap(to_look_at_);
    to_look_at_.clear();
    count_slots_before(end);
    prepare_waking(end, h);
    take_over(bounds_, counted_, h, tau_exc_, tau_inh_, flagged_);
    for (Held& held : held_) {
      held.bins.clear_before(end);
    }
    for (const Refractory& neuron : refractory_list_) {
      bounds_.u(neuron.index) = kHeld;
    }
    for (const Waking& neuron : waking_) {
      bounds_.u(neuron.index) = std::max(bounds_.u(neuron.index), neuron.least);
      if (!(neuron.least < -kMargin)) {
        flagged_.push_back(neuron.index);
      }
    }
    std::sort(flagged_.begin(), flagged_.end());
    flagged_.erase(std::unique(flagged_.begin(), flagged_.end()), flagged_.end());
    if (filter_trial().everything) {
      look_at_all(flagged_, x_end, spikes);
    } else {
      for (const std::uint32_t i : flagged_) {
        if (!(end < neurons_[i].origin)) {
          ++look_count_;
          // The filter's bounds of the conductances hold at the window's end, too.
          set_bound_of_potential(i, look(i, x_end, spikes));
        }
      }
    }
    flagged_.clear();
    time_ = end;
    window_begin_ = x_end;
  }
  if (!(end < next_stop())) {
    next_frame();
  }
}

/// Conductances only decay without inputs: where the excitatory one cannot make the drive at threshold positive now, it
/// never can.
bool OrderFreeConductancesGroup::is_quiet() {
  constexpr float kRounding = 1e-5F;
  if (!to_look_at_.empty() || !slices_.empty()) {
    return false;
  }
  for (std::size_t i = 0; i < neurons_.size(); ++i) {
    const float y_leak = bounds_(i, Bounds::kYLeak);
    const float excitation = bounds_.ge(i) * bounds_(i, Bounds::kYExc);
    if (!(y_leak + excitation < -kRounding * (std::fabs(y_leak) + excitation))) {
      return false;
    }
  }
  return true;
}

// Frames

void OrderFreeConductancesGroup::next_frame() {
  FrameInputs& next = history_[frame_ + 1];
  next.begin(neurons_.size());
  next.expect(*inputs_);
  end_frame(units_, sums(frame_), *inputs_, next);
  sums(frame_).begin(neurons_.size());
  ++frame_;
  inputs_ = &next;
  present_sums_ = &sums(frame_);
  window_begin_ = present();
  const Instant start = start_of(frame_);
  for (Held& held : held_) {
    count_again(start, held);
  }
  std::erase_if(slots_, [&start](const auto& slot) { return slot->end < start; });
  for (const auto& slot : slots_) {
    add_to_frame(slot);
  }
  for (std::size_t i = 0; i < neurons_.size(); ++i) {
    const double resistance = bounds_(i, Bounds::kResistance);
    bounds_.set_conductances(i, resistance * next.at_start[i].exc, resistance * next.at_start[i].inh);
  }
  if (frame_ % InputHistory::kAnchorDistance == 0) {
    set_anchors();
  }
}

/// v of neurons that do not forget within the distance of two anchors becomes
/// their origin: what is kept of their inputs may end there.
void OrderFreeConductancesGroup::set_anchors() {
  const std::int64_t last = frame_ - InputHistory::kAnchorDistance;
  for (std::size_t i = 0; i < neurons_.size(); ++i) {
    if (!(neurons_[i].origin < start_of(last))) {
      continue;
    }
    double forgotten = 0.0;
    for (std::int64_t frame = frame_; frame > last && forgotten < kForgotten;) {
      forgotten += area(constants(i), history_[--frame], i);
    }
    if (forgotten < kForgotten) {
      neurons_[i].y = potential_at_start(i);
      neurons_[i].origin = start_of(frame_);
    }
  }
}

}  // namespace va_event::neurons::order_free_conductances
