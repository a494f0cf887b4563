// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_cond_exp/order_free/order_free_conductances_group.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "foundation/prefetch.hpp"

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
    set_constants_of_bounds(i);
    begin_anew(i, state.y);
    set_bounds(i, {.exc = state.exc, .inh = state.inh, .y = state.y}, present());
  }
  present_sums_ = &sums(frame_);
  return first;
}

// Inputs

FrameSums& OrderFreeConductancesGroup::sums(std::int64_t frame) {
  FrameSums& there = sums_[static_cast<std::size_t>(frame) % sums_.size()];
  if (there.neurons.size() != neurons_.size()) {
    there.begin(neurons_.size());
  }
  return there;
}

/// Keeps inputs one after the other, with copies of all that does not change.
class OrderFreeConductancesGroup::Keeper {
 public:
  /// @param most how many inputs there will be
  Keeper(OrderFreeConductancesGroup& group, std::size_t receptor, std::size_t most)
      : units_(group.units_),
        receptor_(receptor),
        window_begin_(group.window_begin_),
        inputs_(*group.inputs_, most),
        sums_(group.present_sums_->neurons.data()),
        arrived_((receptor == 0 ? group.bounds_.arrived_exc : group.bounds_.arrived_inh).data()) {}

  /// What inputs of one weight and time have in common.
  struct Common {
    double x, weight;  ///< as FrameInputs::add() takes them
    std::int64_t number, integral;
    Arrived arrived;
  };
  [[nodiscard]] Common common(double x, double weight, double remaining) const {
    const std::int64_t number = InputUnits::rounded(weight, remaining);
    const auto w = static_cast<float>(weight);
    return {x,
            receptor_ == 0 ? weight : -weight,
            number,
            number != 0 ? units_.integral(receptor_, weight) : 0,
            {w, w * static_cast<float>(x - window_begin_)}};
  }
  void keep(std::size_t i, const Common& input) {
    if (input.weight == 0.0) {
      return;
    }
    inputs_.add(i, input.x, input.weight);
    sums_[i].conductance[receptor_] += input.number;
    sums_[i].integral += input.integral;
    arrived_[i].sum += input.arrived.sum;
    arrived_[i].time += input.arrived.time;
  }

 private:
  const InputUnits& units_;
  std::size_t receptor_;
  double window_begin_;
  FrameInputs::Adder inputs_;
  NeuronSums* sums_;
  Arrived* arrived_;
};

void OrderFreeConductancesGroup::deliver(const double& t, std::size_t receptor, std::span<const Targets> targets,
                                         Candidates& /*candidates*/) {
  const double x = t - start_of(frame_).offset;
  const double remaining = units_.remaining(receptor, x);
  for (const Targets& part : targets) {
    Keeper keeper(*this, receptor, part.index.size());
    if (part.weight.empty()) {
      const Keeper::Common common = keeper.common(x, part.constant_weight, remaining);
      for (const std::uint32_t target : part.index) {
        keeper.keep(part.offset + target, common);
      }
    } else {
      for (std::size_t k = 0; k < part.index.size(); ++k) {
        keeper.keep(part.offset + part.index[k], keeper.common(x, part.weight[k], remaining));
      }
    }
  }
}

std::size_t OrderFreeConductancesGroup::receive(std::span<const Input<double>> inputs, Candidates& /*candidates*/) {
  const double start = start_of(frame_).offset;
  for (const Input<double>& input : inputs) {
    const double x = input.t - start;
    Keeper keeper(*this, input.receptor, 1);
    keeper.keep(input.index, keeper.common(x, input.weight, units_.remaining(input.receptor, x)));
  }
  return inputs.size();
}

bool OrderFreeConductancesGroup::receive_from_sources(const SourceArrivals<double>& arrivals) {
  const double start = start_of(frame_).offset;
  const std::size_t count = arrivals.source.size();
  remaining_.resize(std::max(remaining_.size(), count));
  find_remaining(units_, arrivals.receptor, arrivals.t.data(), start, count, remaining_.data());
  Keeper keeper(*this, arrivals.receptor, count);
  for (std::size_t k = 0; k < count; ++k) {
    const std::uint32_t source = arrivals.source[k];
    keeper.keep(arrivals.target[source],
                keeper.common(arrivals.t[k] - start, arrivals.weight_of(source), remaining_[k]));
  }
  return true;
}

std::optional<std::size_t> OrderFreeConductancesGroup::hold_sources(const SlotSources& sources) {
  constexpr int kShortest = -3;  // a bin, whose counts have one byte
  if (sources.receptor != 0 || sources.exponent < kShortest) {
    return std::nullopt;
  }
  auto held = std::make_shared<HeldSources>();
  held->source_of.assign(neurons_.size(), HeldSources::kNone);
  held->target.assign(sources.target.begin(), sources.target.end());
  held->weight.assign(sources.weight.begin(), sources.weight.end());
  held->bound.resize(bounds_.size(), 0.0F);
  held->exponent = sources.exponent;
  for (std::uint32_t k = 0; k < held->target.size(); ++k) {
    const std::uint32_t i = held->target[k];
    if (!(held->weight_of(k) > 0.0) || held->source_of[i] != HeldSources::kNone) {
      return std::nullopt;
    }
    held->source_of[i] = k;
    held->bound[i] = from_above(held->weight_of(k));
  }
  held_.push_back({std::move(held), InputBins(neurons_.size(), time_, sources.delay)});
  return held_.size() - 1;
}

void OrderFreeConductancesGroup::receive_slot(std::size_t sources, const SlotSpikes& spikes) {
  std::shared_ptr<SlotInputs> slot;
  if (!all_slots_.empty() && all_slots_.front().use_count() == 1) {  // the history has forgotten it
    slot = std::move(all_slots_.front());
    all_slots_.pop_front();
  } else {
    slot = std::make_shared<SlotInputs>();
  }
  slot->sources = held_[sources].sources;
  take_slot(spikes, *slot, held_[sources].bins);
  add_to_frame(slot);
  add_to_sums(slot);
  slots_.push_back(slot);
  all_slots_.push_back(std::move(slot));
}

void OrderFreeConductancesGroup::add_to_frame(const std::shared_ptr<const SlotInputs>& slot) {
  if (slot->start < start_of(frame_ + 1)) {
    inputs_->add({slot, start_of(frame_), start_of(frame_ + 1)});
  }
}

void OrderFreeConductancesGroup::add_to_sums(const std::shared_ptr<const SlotInputs>& slot) {
  for (std::int64_t frame = std::max(frame_, frame_of(slot->start)); frame <= frame_of(slot->end); ++frame) {
    add_slot(units_, {slot, start_of(frame), start_of(frame + 1)}, sums(frame), numbers_);
  }
}

void OrderFreeConductancesGroup::add_up_again() {
  sums_ = {};
  present_sums_ = &sums(frame_);
  for (std::size_t i = 0; i < neurons_.size(); ++i) {
    gathered_.clear();
    inputs_->gather_chunks(i, 0, gathered_);
    add_neuron(units_, gathered_, i, *present_sums_);
  }
  for (const auto& slot : slots_) {
    add_to_sums(slot);
  }
  for (std::size_t i = 0; i < neurons_.size() && !slots_.empty(); ++i) {
    if (inputs_->slots_from(i) > 0.0) {
      add_up_again(i);
    }
  }
}

void OrderFreeConductancesGroup::add_up_again(std::size_t i) {
  present_sums_->neurons[i] = {};
  gathered_.clear();
  inputs_->gather(i, 0, 0.0, kFrame, gathered_);
  add_neuron(units_, gathered_, i, *present_sums_);
}

/// The unit only grows: larger inputs than those to come may be kept.
void OrderFreeConductancesGroup::set_scale(const InputScale& scale) {
  const double unit = InputUnits::unit_for(scale.largest_weight);
  if (unit > units_.unit()) {
    units_ = InputUnits({tau_exc_, tau_inh_}, unit);
    add_up_again();
  }
}

void OrderFreeConductancesGroup::release_sources() {
  if (held_.empty()) {
    return;
  }
  // Those that have arrived are as all others from now on, and none is contained in a neuron's place twice.
  for (std::size_t i = 0; i < neurons_.size(); ++i) {
    gathered_.clear();
    inputs_->gather_slots(i, 0.0, present(), gathered_);
    for (std::size_t k = 0; k < gathered_.size; ++k) {
      inputs_->add(i, gathered_.x[k], gathered_.weight[k]);
    }
    neurons_[i].known_in = -1;
  }
  inputs_->clear_slots();
  slots_.clear();
  held_.clear();
  add_up_again();
}

void OrderFreeConductancesGroup::count_slots_before(const Instant& end) {
  counted_.clear();
  for (Held& held : held_) {
    held.bins.for_each_before(end, [&](const std::uint8_t* counts, std::int64_t number) {
      const double bin_end = since_start(frame_, held.bins.arrival_of(number + 1));
      counted_.push_back({counts, held.sources->bound.data(), bin_end - window_begin_});
    });
  }
}

void OrderFreeConductancesGroup::count_again(const Instant& start, Held& held) {
  InputBins& bins = held.bins;
  if (!(bins.arrival_of(bins.first() - 1) < start && start < bins.arrival_of(bins.first()))) {
    return;
  }
  bins.go_back();
  for (const auto& slot : slots_) {
    if (slot->sources == held.sources && slot->start < bins.arrival_of(bins.first() + 1) && !(slot->end < start)) {
      bins.count_from(start, *slot);
    }
  }
}

std::size_t OrderFreeConductancesGroup::deliver_slices(std::span<const RowSlice> slices,
                                                       const network::Share::Range* own) {
  std::size_t count = 0;
  for (const RowSlice& slice : slices) {
    slices_.push_back({slice, 0, own == nullptr ? network::Share::Range{0, ~std::uint32_t{0}} : *own});
    slices_.back().synapses.origin += start_of(frame_).offset;
    const std::span<const std::uint32_t> targets(slice.target, slice.count);
    count += own == nullptr
                 ? slice.count
                 : static_cast<std::size_t>(std::count_if(targets.begin(), targets.end(),
                                                          [own](auto target) { return own->contains(target); }));
  }
  return count;
}

/// Inputs are kept in the order of windows, so that what has been computed of a
/// frame need not be undone.
void OrderFreeConductancesGroup::keep_slices_before(double end) {
  std::erase_if(slices_, [this, end](Slice& slice) {
    const RowSlice& synapses = slice.synapses;
    times_.clear();
    std::uint32_t position = slice.position;
    for (; position < synapses.count; ++position) {
      const double x = synapses.arrival(position);
      if (!(x < end)) {
        break;
      }
      times_.push_back(x);
    }
    remaining_.resize(std::max(remaining_.size(), times_.size()));
    find_remaining(units_, synapses.receptor, times_.data(), 0.0, times_.size(), remaining_.data());
    Keeper keeper(*this, synapses.receptor, times_.size());
    for (std::size_t k = 0; slice.position < position; ++slice.position, ++k) {
      if (slice.own.contains(synapses.target[slice.position])) {
        keeper.keep(synapses.index(slice.position),
                    keeper.common(times_[k], synapses.weight_of(slice.position), remaining_[k]));
      }
    }
    return position == synapses.count;
  });
}

void OrderFreeConductancesGroup::prefetch_targets(std::span<const std::uint32_t> targets, std::uint32_t offset) const {
  for (const std::uint32_t target : targets) {
    foundation::prefetch(&bounds_.arrived_exc[offset + target]);
    foundation::prefetch(&bounds_.arrived_inh[offset + target]);
    foundation::prefetch(&present_sums_->neurons[offset + target]);
    inputs_->prefetch(offset + target);
  }
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
  bounds_.u(i) = place.held ? kHeld : std::clamp(from_above(place.y), bounds_(i, Bounds::kYInh), 0.0F);
}

void OrderFreeConductancesGroup::set_constants_of_bounds(std::size_t i) {
  const Constants& c = constants(i);
  bounds_(i, Bounds::kResistance) = static_cast<float>(c.resistance);
  bounds_(i, Bounds::kRateM) = static_cast<float>(c.rate_m);
  bounds_(i, Bounds::kYLeak) = static_cast<float>(c.y_leak);
  bounds_(i, Bounds::kYExc) = static_cast<float>(c.y_exc);
  bounds_(i, Bounds::kYInh) = static_cast<float>(c.y_inh);
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
    look(i, end, spikes);
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
  std::erase_if(refractory_list_, [&](std::uint32_t i) {
    Neuron& neuron = neurons_[i];
    if (!(neuron.origin < end)) {
      return false;
    }
    neuron.listed = false;
    if (neuron.origin < time_) {  // it was refractory within the last window only
      return true;
    }
    const float y_inh = bounds_(i, Bounds::kYInh);
    const float y = std::clamp(from_above(neuron.y), y_inh, 0.0F);
    const double rise = h * bounds_(i, Bounds::kRateM) * lost_inh * bounds_.gi(i) * -y_inh;
    bounds_.u(i) = y;
    waking_.push_back({i, from_above(y + 1.0001 * rise + 1e-5)});
    return true;
  });
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
    for (const std::uint32_t i : refractory_list_) {
      bounds_.u(i) = kHeld;
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
          look(i, x_end, spikes);
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
