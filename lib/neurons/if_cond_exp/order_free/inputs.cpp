// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "foundation/prefetch.hpp"
#include "neurons/if_cond_exp/order_free/order_free_conductances_group.hpp"

// How inputs reach the neurons: they are kept, added up, and told the filter.

namespace va_event::neurons::order_free_conductances {

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
    const auto w = static_cast<float>(weight * (receptor_ == 0 ? Arrived::kUp : Arrived::kDown));
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
    sums_[i].add(receptor_, static_cast<std::uint64_t>(input.number), static_cast<std::uint64_t>(input.integral));
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
    held->bound[i] = from_above(held->weight_of(k) * Arrived::kUp);
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

}  // namespace va_event::neurons::order_free_conductances
