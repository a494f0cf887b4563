// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_curr_delta/order_free/order_free_group.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "foundation/prefetch.hpp"
#include "network/cell_values.hpp"

namespace va_event::neurons::delta_order_free {

namespace {

double unit_of(const InputScale& scale, const Frame& frame) {
  return unit_for(frame, scale.largest_weight, scale.largest_sum);
}

Frame frame_of(const network::PopulationData& population) {
  const auto [shortest, longest] = range_of_tau(population);
  return frame_for(shortest, shortest != longest);
}

}  // namespace

std::pair<double, double> range_of_tau(const network::PopulationData& population) {
  double shortest = std::numeric_limits<double>::infinity();
  double longest = 0.0;
  for (std::size_t i = 0; i < population.size; ++i) {
    const double tau_m = Kernel::kParameters.read(population, i).tau_m;
    if (tau_m >= kShortestTau) {
      shortest = std::min(shortest, tau_m);
      longest = std::max(longest, tau_m);
    }
  }
  return {shortest, longest};
}

OrderFreeGroup::OrderFreeGroup(const network::PopulationData& population, const InputScale& scale)
    : frame_(frame_of(population)) {
  set_frame_length(frame_.length);
  set_unit(frame_, unit_of(scale, frame_));
}

bool OrderFreeGroup::takes(std::span<const double> parameters) const {
  const double tau_m = Kernel::kParameters.read(parameters).tau_m;
  return frame_.own ? length_for(tau_m) >= frame_.length : tau_m == frame_.tau_m;
}

void OrderFreeGroup::reserve(std::size_t count) {
  count += kNeuronsPerVector;
  raising_.reserve(count);
  lowering_.reserve(count);
  amplitude_.reserve(count);
  least_.reserve(count);
  if (frame_.own) {
    rate_.reserve(count);
    decay_.reserve(count);
  }
  is_near_.reserve(count);
  place_in_near_.reserve(count);
  rare_.reserve(count);
}

std::uint32_t OrderFreeGroup::add(const network::PopulationData& population, std::uint32_t begin, std::uint32_t end,
                                  std::span<const double> injected) {
  const auto first = static_cast<std::uint32_t>(rare_.size());
  const std::size_t count = first + (end - begin);
  const std::size_t padded = (count + kNeuronsPerVector - 1) / kNeuronsPerVector * kNeuronsPerVector;
  raising_.resize(padded, 0);
  lowering_.resize(padded, 0);
  amplitude_.resize(padded, kNone);
  least_.resize(padded, 0.0);
  if (frame_.own) {
    rate_.resize(padded, 0.0);
    decay_.resize(padded, 1.0);
  }
  is_near_.resize(padded, 0);
  place_in_near_.resize(padded, 0);
  std::vector<double> parameters;
  std::vector<double> variables;
  for (std::uint32_t n = begin; n < end; ++n) {
    network::values_at(population.parameters, n, parameters);
    network::values_at(population.initial, n, variables);
    const std::size_t i = rare_.size();
    rare_.push_back({.cell = population.first + n, .set = sets_.add_user(parameters, injected[n - begin])});
    constants_changed(i);
    set_y(i, Kernel::make_state(constants(i), variables).y, 0.0);
  }
  return first;
}

double OrderFreeGroup::amplitude(std::size_t i) const {
  return amplitude_[i] + frame_.unit * static_cast<double>(sum_of(raising_[i], lowering_[i]));
}

double OrderFreeGroup::y_at(std::size_t i, double x) const {
  return rare_[i].refractory ? rare_[i].refractory_y : value_at(constants(i), amplitude(i), x);
}

void OrderFreeGroup::set_y(std::size_t i, double y, double x) {
  NeuronInFrames& rare = rare_[i];
  settled_ = false;
  raising_[i] = lowering_[i] = 0;
  rare.at_threshold = false;
  if (rare.refractory) {
    rare.refractory_y = y;
    amplitude_[i] = kNone;
    return;
  }
  rare.at_threshold = y >= 0.0;
  amplitude_[i] = amplitude_for(constants(i), y, x);
}

void OrderFreeGroup::constants_changed(std::size_t i) {
  least_[i] = least_amplitude(frame_, constants(i));
  if (frame_.own) {
    rate_[i] = constants(i).rate_m;
    decay_[i] = numerics::elementary::exp(-frame_.length * rate_[i]);
  }
}

void OrderFreeGroup::wait_for_wake(std::size_t i) { wakes_.push_back({rare_[i].wake, static_cast<std::uint32_t>(i)}); }

// Inputs

void OrderFreeGroup::deliver(const double& t, std::size_t receptor, std::span<const Targets> targets,
                             Candidates& /*candidates*/) {
  for (const Targets& part : targets) {
    at_once_.push_back({.target = part.index.data(),
                        .weight = part.weight.empty() ? nullptr : part.weight.data(),
                        .constant_weight = part.constant_weight,
                        .time = t,
                        .origin = frame_start_.offset,
                        .count = static_cast<std::uint32_t>(part.index.size()),
                        .offset = part.offset,
                        .receptor = static_cast<std::uint32_t>(receptor)});
    add_slice(frame_, at_once_.back(), sums());
  }
}

std::size_t OrderFreeGroup::receive(std::span<const Input<double>> inputs, Candidates& /*candidates*/) {
  const std::size_t first = singles_.size();
  for (const Input<double>& input : inputs) {
    singles_.push_back({input.t - frame_start_.offset, input.weight, input.index});
  }
  add_inputs(frame_, std::span(singles_).subspan(first), sums());
  return inputs.size();
}

bool OrderFreeGroup::receive_from_sources(const SourceArrivals<double>& arrivals) {
  arrivals_.push_back(arrivals);
  add_arrivals(frame_, arrivals, frame_start_.offset, sums());
  return true;
}

std::size_t OrderFreeGroup::deliver_slices(std::span<const RowSlice> slices, const network::Share::Range* own) {
  const std::size_t first = slices_.size();
  for (RowSlice slice : slices) {
    slice.origin += frame_start_.offset;
    if (own == nullptr) {
      slices_.add(slice);
    } else {
      slices_.add_part(slice, *own);
    }
  }
  std::size_t inputs = 0;
  for (const RowSlice& slice : slices_.from(first)) {
    add_slice(frame_, slice, sums());
    inputs += slice.count;
  }
  return inputs;
}

void OrderFreeGroup::take_back() {
  const double x = present();
  for (const RowSlice& slice : slices_.from(0)) {
    for (std::size_t k = slice.first_from(x); k < slice.count; ++k) {
      const std::int64_t input = input_to(slice.index(k), slice.arrival(k), slice.weight_of(k));
      std::int64_t& sum = sums().of(input)[slice.index(k)];
      sum = sum_of(sum, -input);
    }
  }
  slices_.clear();
}

void OrderFreeGroup::prefetch_targets(std::span<const std::uint32_t> targets, std::uint32_t offset) const {
  if (raising_.size() * sizeof(raising_[0]) <= foundation::kCached) {
    return;
  }
  for (const std::uint32_t target : targets) {
    foundation::prefetch(&raising_[offset + target]);
  }
}

// Windows

void OrderFreeGroup::advance(const Instant& end, std::vector<events::CellEvent<double>>& spikes) {
  const double x_end = since_start(end);
  settled_ = false;
  find_near(x_end);
  if (!near_.empty()) {
    order_inputs(present());
    look_count_ += near_.size();
    std::size_t next = 0;
    for (std::size_t n = 0; n < near_.size(); ++n) {
      const std::size_t last = ordered_end_[n];
      advance_near(near_[n], std::span(ordered_).subspan(next, last - next), present(), x_end, spikes);
      next = last;
      is_near_[near_[n]] = 0;
    }
  }
  at_once_.clear();
  singles_.clear();
  arrivals_.clear();
  time_ = end;
  if (!(end < next_stop())) {
    begin_frame();
  }
}

/// Those that might reach their threshold, and those that wake before the end.
void OrderFreeGroup::find_near(double end) {
  near_.clear();
  delta_order_free::find_near(frame_, all(), near_);
  for (const std::uint32_t i : near_) {
    is_near_[i] = 1;
  }
  const auto add = [this](std::uint32_t i) {
    if (std::exchange(is_near_[i], std::uint8_t{1}) == 0) {
      near_.push_back(i);
    }
  };
  std::erase_if(wakes_, [&](const Wake& wake) {
    const NeuronInFrames& rare = rare_[wake.index];
    if (!rare.refractory || !(rare.wake == wake.time)) {
      return true;
    }
    if (since_start(wake.time) < end) {
      add(wake.index);
      return true;
    }
    return false;
  });
}

/// Calls visit(k) for each k from `first` up to `count` where is_near[index(k)]. Hardly any is.
template <class Index, class Visit>
void for_each_near(const std::uint8_t* is_near, std::size_t first, std::size_t count, const Index& index,
                   const Visit& visit) {
  constexpr std::size_t kTogether = 8;
  std::size_t k = first;
  for (; k + kTogether <= count; k += kTogether) {
    const auto one = [&](std::size_t n) { return is_near[index(k + n)]; };
    std::uint8_t any = 0;
    for (std::size_t n = 0; n < kTogether; ++n) {
      any |= one(n);
    }
    if (any != 0) [[unlikely]] {
      for (std::size_t n = 0; n < kTogether; ++n) {
        if (one(n) != 0) {
          visit(k + n);
        }
      }
    }
  }
  for (; k < count; ++k) {
    if (is_near[index(k)] != 0) {
      visit(k);
    }
  }
}

/// An input of a near neuron.
void OrderFreeGroup::gather(std::size_t i, double x, double weight) {
  const std::uint32_t near = place_in_near_[i];
  ++ordered_end_[near];
  gathered_.push_back({near, x, weight, input_to(i, x, weight)});
}

void OrderFreeGroup::gather_slice(const RowSlice& slice, std::size_t first) {
  // Groups have less than 2^31 neurons: the offset modulo 2^32 may be taken as a signed number.
  const std::uint8_t* const is_near = is_near_.data() + static_cast<std::int32_t>(slice.offset);
  const std::uint32_t* const target = slice.target;
  for_each_near(
      is_near, first, slice.count, [target](std::size_t k) { return target[k]; },
      [&](std::size_t k) { gather(slice.index(k), slice.arrival(k), slice.weight_of(k)); });
}

/// The inputs of near neurons from `begin` on, by neuron and in the order of time.
void OrderFreeGroup::order_inputs(double begin) {
  ordered_end_.assign(near_.size(), 0);
  for (std::uint32_t n = 0; n < near_.size(); ++n) {
    place_in_near_[near_[n]] = n;
  }
  gathered_.clear();
  for (const RowSlice& slice : slices_.from(0)) {
    gather_slice(slice, slice.first_from(begin));
  }
  for (const RowSlice& slice : at_once_) {
    gather_slice(slice, 0);
  }
  for (const SingleInput& input : singles_) {
    if (is_near_[input.index] != 0) {
      gather(input.index, input.x, input.weight);
    }
  }
  for (const SourceArrivals<double>& arrivals : arrivals_) {
    const std::uint32_t* const source = arrivals.source.data();
    const std::uint32_t* const target = arrivals.target.data();
    for_each_near(
        is_near_.data(), 0, arrivals.source.size(), [source, target](std::size_t k) { return target[source[k]]; },
        [&](std::size_t k) {
          gather(target[source[k]], arrivals.t[k] - frame_start_.offset, arrivals.weight_of(source[k]));
        });
  }
  std::size_t total = 0;
  for (std::size_t& end : ordered_end_) {  // for now where each neuron's inputs begin
    total += std::exchange(end, total);
  }
  ordered_.resize(total);
  for (const OrderedInput& input : gathered_) {
    ordered_[ordered_end_[input.near]++] = input;
  }
  std::size_t first = 0;
  for (const std::size_t end : ordered_end_) {
    std::sort(ordered_.begin() + static_cast<std::ptrdiff_t>(first),
              ordered_.begin() + static_cast<std::ptrdiff_t>(end),
              [](const OrderedInput& a, const OrderedInput& b) { return a.x < b.x; });
    first = end;
  }
}

struct OrderFreeGroup::Present {
  const Constants& constants;
  double least;      ///< least_amplitude()
  double base;       ///< amplitude without inputs [mV]
  std::int64_t sum;  ///< of inputs [units]

  [[nodiscard]] double amplitude(const Frame& frame) const { return base + frame.unit * static_cast<double>(sum); }
};

/// Whether inputs at one time lift the potential to the threshold. Their weights are added to the potential itself, not
/// to the amplitude, in an order of their values: what exactly reaches the threshold from rest does so here.
/// @param neuron before them
bool OrderFreeGroup::reaches_threshold(const Present& neuron, std::span<OrderedInput> together) const {
  Present after = neuron;
  for (const OrderedInput& one : together) {
    after.sum = sum_of(after.sum, one.input);
  }
  if (after.amplitude(frame_) < neuron.least) {
    return false;
  }
  std::sort(together.begin(), together.end(),
            [](const OrderedInput& a, const OrderedInput& b) { return a.weight < b.weight; });
  double y = value_at(neuron.constants, neuron.amplitude(frame_), together[0].x);
  for (const OrderedInput& one : together) {
    y += one.weight;
  }
  return y >= 0.0;
}

/// One neuron through the inputs of a window, which are in its sums already.
/// @param inputs in the order of time, perhaps more than those before `end`
void OrderFreeGroup::advance_near(std::size_t i, std::span<OrderedInput> inputs, double begin, double end,
                                  std::vector<events::CellEvent<double>>& spikes) {
  NeuronInFrames& rare = rare_[i];
  Present neuron{constants(i), least_[i], amplitude_[i], sum_of(raising_[i], lowering_[i])};
  for (const OrderedInput& input : inputs) {
    neuron.sum = sum_of(neuron.sum, -input.input);
  }
  const auto spike = [&](double x) {
    const Instant t = at(x);
    spikes.push_back({t, rare.cell});
    rare.refractory = true;
    rare.wake = events::later(t, constants(i).tau_refrac);
    rare.refractory_y = constants(i).y_reset;
  };
  double x = begin;
  std::size_t k = 0;
  const auto due = static_cast<std::size_t>(
      std::partition_point(inputs.begin(), inputs.end(), [end](const OrderedInput& input) { return input.x < end; }) -
      inputs.begin());
  for (;;) {
    const double next = k < due ? inputs[k].x : end;
    if (rare.refractory) {
      if (const double wake = since_start(rare.wake); wake < end && wake <= next) {
        x = std::max(x, wake);
        rare.refractory = false;
        rare.at_threshold = rare.refractory_y >= 0.0;
        neuron.base = amplitude_for(neuron.constants, rare.refractory_y, x);
        neuron.sum = 0;
        continue;
      }
    } else if (std::exchange(rare.at_threshold, false)) {
      spike(x);
      continue;
    } else if (neuron.constants.y_infinity > 0.0 && neuron.amplitude(frame_) >= neuron.least) {
      const double root = std::max(x, crossing(neuron.constants, neuron.amplitude(frame_)));
      if (k < due ? root <= next : root < end) {
        spike(x = root);
        continue;
      }
    }
    if (k == due) {
      break;
    }
    x = next;
    const std::size_t first = k;
    while (k < due && inputs[k].x == x) {
      ++k;
    }
    const std::span<OrderedInput> together = inputs.subspan(first, k - first);
    if (!rare.refractory && reaches_threshold(neuron, together)) {
      spike(x);
      continue;
    }
    for (const OrderedInput& one : together) {
      neuron.sum = sum_of(neuron.sum, one.input);
    }
  }
  amplitude_[i] = rare.refractory ? kNone : neuron.base;
  raising_[i] = neuron.sum;
  lowering_[i] = 0;
  for (; k < inputs.size(); ++k) {
    std::int64_t& sum = sums().of(inputs[k].input)[i];
    sum = sum_of(sum, inputs[k].input);
  }
  if (rare.refractory) {
    wait_for_wake(i);
  }
}

void OrderFreeGroup::begin_frame() {
  slices_.clear();
  frame_start_ = next_stop();
  delta_order_free::begin_frame(frame_, all());
}

// Other weights

void OrderFreeGroup::set_scale(const InputScale& scale) {
  const double unit = unit_of(scale, frame_);
  if (unit == frame_.unit) {
    return;
  }
  for (std::size_t i = 0; i < rare_.size(); ++i) {
    amplitude_[i] = amplitude(i);
    raising_[i] = lowering_[i] = 0;
  }
  set_unit(frame_, unit);
}

}  // namespace va_event::neurons::delta_order_free
