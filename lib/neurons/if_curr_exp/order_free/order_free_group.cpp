// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_curr_exp/order_free/order_free_group.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "foundation/prefetch.hpp"
#include "network/cell_values.hpp"
#include "neurons/if_curr_exp/order_free/begin_frame.hpp"

namespace va_event::neurons::order_free {

namespace {

Scale scale_of(const InputScale& scale, const Frame& frame) {
  return {scale.largest_weight, scale.largest_sum * std::max(frame.length, 1.0)};
}

}  // namespace

OrderFreeGroup::OrderFreeGroup(TimeConstants time_constants, const InputScale& scale)
    : time_constants_(std::move(time_constants)), frame_(frame_of(time_constants_)) {
  set_frame_length(frame_.length);
  set_unit(frame_, unit_for(frame_, scale_of(scale, frame_)));
}

bool OrderFreeGroup::takes(std::span<const double> parameters) const {
  const std::array<double, 3> tau = time_constants(parameters);
  return time_constants_.common ? tau == time_constants(time_constants_.first)
                                : *std::min_element(tau.begin(), tau.end()) >= frame_.own.shortest(frame_.length);
}

void OrderFreeGroup::reserve(std::size_t count) {
  count += kNeuronsPerVector;
  sums_.reserve(count);
  for (auto* numbers : {&m_, &exc_, &inh_, &y_infinity_, &amplitude_per_current_}) {
    numbers->reserve(count);
  }
  if (frame_.own.used) {
    frame_.own.for_each_array([count](auto& array) { array.reserve(count); });
  }
  rare_.reserve(count);
}

std::uint32_t OrderFreeGroup::add(const network::PopulationData& population, std::uint32_t begin, std::uint32_t end,
                                  std::span<const double> injected) {
  const auto first = static_cast<std::uint32_t>(rare_.size());
  const std::size_t count = first + (end - begin);
  const std::size_t padded = (count + kNeuronsPerVector - 1) / kNeuronsPerVector * kNeuronsPerVector;
  sums_.resize(padded);
  for (auto* numbers : {&m_, &exc_, &inh_}) {
    numbers->resize(padded, 0.0);
  }
  y_infinity_.resize(padded, -1.0);
  amplitude_per_current_.resize(padded, 1.0);
  flagged_.resize(padded);
  if (frame_.own.used) {
    frame_.own.for_each_array([padded](auto& array) { array.resize(padded); });
  }
  std::vector<double> parameters;
  std::vector<double> variables;
  for (std::uint32_t n = begin; n < end; ++n) {
    network::values_at(population.parameters, n, parameters);
    network::values_at(population.initial, n, variables);
    const std::size_t i = rare_.size();
    rare_.push_back({{.cell = population.first + n, .set = sets_.add_user(parameters, injected[n - begin])}});
    y_infinity_[i] = constants(i).y_infinity;
    amplitude_per_current_[i] = amplitude_per_current(frame_, constants(i));
    if (frame_.own.used) {
      frame_.own.set(i, constants(i), frame_.length);
    }
    set_state(i, Kernel::make_state(constants(i), variables), 0.0);
    arm(i, 0.0);
  }
  return first;
}

Potential OrderFreeGroup::potential(std::size_t i, const Sums& sums) const {
  const double unit = amplitude_per_current_[i] * frame_.unit;
  return {y_infinity_[i],
          {m_[i] + unit * static_cast<double>(sums.m), exc_[i] + unit * static_cast<double>(sums.exc),
           inh_[i] + unit * static_cast<double>(sums.inh)},
          i};
}

State<double> OrderFreeGroup::state_at(std::size_t i, double x) const {
  const Potential::Value value = value_at(frame_, potential(i), x);
  return {value.y, value.current[0] / (amplitude_per_current_[i] * frame_.synapse[0].gain),
          value.current[1] / (amplitude_per_current_[i] * frame_.synapse[1].gain), x};
}

void OrderFreeGroup::set_potential(std::size_t i, Sums& sums, double y, double x) {
  const Potential::Value value = value_at(frame_, potential(i, sums), x);
  m_[i] =
      ((y - y_infinity_[i]) - (value.part[1] + value.part[2])) / numerics::elementary::exp(-x * rates(frame_, i)[0]);
  sums.m = 0;
}

void OrderFreeGroup::set_state(std::size_t i, const State<double>& state, double x) {
  const std::array<double, 3> rate = rates(frame_, i);
  const auto amplitude = [&](std::size_t receptor, double current) {
    return amplitude_per_current_[i] * frame_.synapse[receptor].gain * current /
           numerics::elementary::exp(-x * rate[1 + receptor]);
  };
  settled_ = false;
  exc_[i] = amplitude(0, state.exc);
  inh_[i] = amplitude(1, state.inh);
  sums_[i].exc = sums_[i].inh = 0;
  set_potential(i, sums_[i], state.y, x);
  rare_[i].at_threshold = !rare_[i].refractory && state.y >= 0.0;
}

double OrderFreeGroup::reserve_from(std::size_t i, double x) const {
  const Potential p = potential(i);
  const double h = frame_.length - x;
  return reserve_of(value_at(frame_, p, x).y, value_at(frame_, p, frame_.length).y,
                    downward_bend(frame_, p) * h * h / 8);
}

void OrderFreeGroup::flag(std::size_t i) {
  flagged_.add(i);
  sums_[i].reserve = kFlagged;
  rare_[i].quiet_until = 0.0;
}

void OrderFreeGroup::list_refractory(std::size_t i) {
  if (!std::exchange(rare_[i].listed, true)) {
    refractory_list_.push_back(static_cast<std::uint32_t>(i));
  }
}

void OrderFreeGroup::arm(std::size_t i, double x) {
  if (rare_[i].refractory) {
    sums_[i].reserve = kHeld;
    if (flagged_.contains(i) || since_start(rare_[i].wake) < frame_.length) {
      flag(i);
      rare_[i].quiet_until = since_start(rare_[i].wake);
    }
    return;
  }
  constexpr double kMost = 0x1p59;
  const double reserve = std::floor(reserve_from(i, x) / (amplitude_per_current_[i] * frame_.unit));
  sums_[i].reserve = static_cast<std::int64_t>(std::clamp(reserve, -kMost, kMost));
  if (flagged_.contains(i) || sums_[i].reserve < 0 || rare_[i].at_threshold) {
    flag(i);
  }
}

// Inputs

void OrderFreeGroup::deliver(const double& t, std::size_t receptor, std::span<const Targets> targets,
                             Candidates& /*candidates*/) {
  const std::size_t first = given_.at_once.size();
  for (const Targets& part : targets) {
    given_.at_once.push_back({.target = part.index.data(),
                              .weight = part.weight.empty() ? nullptr : part.weight.data(),
                              .constant_weight = part.constant_weight,
                              .time = t,
                              .origin = frame_start_.offset,
                              .count = static_cast<std::uint32_t>(part.index.size()),
                              .offset = part.offset,
                              .receptor = static_cast<std::uint32_t>(receptor)});
  }
  add_slices(frame_, std::span(given_.at_once).subspan(first), inbox());
}

std::size_t OrderFreeGroup::receive(std::span<const Input<double>> inputs, Candidates& /*candidates*/) {
  const std::size_t first = given_.singles.size();
  for (const Input<double>& input : inputs) {
    given_.singles.push_back({input.t - frame_start_.offset, input.weight, input.index, input.receptor});
  }
  add_inputs(frame_, std::span(given_.singles).subspan(first), inbox());
  return inputs.size();
}

bool OrderFreeGroup::receive_from_sources(const SourceArrivals<double>& arrivals) {
  given_.arrivals.push_back(arrivals);
  add_arrivals(frame_, arrivals, frame_start_.offset, inbox());
  return true;
}

std::size_t OrderFreeGroup::deliver_slices(std::span<const RowSlice> slices, const network::Share::Range* own) {
  const std::size_t first = given_.slices.size();
  for (RowSlice slice : slices) {
    slice.origin += frame_start_.offset;
    if (own == nullptr) {
      given_.slices.add(slice);
    } else {
      given_.slices.add_part(slice, *own);
    }
  }
  add_slices(frame_, given_.slices.from(first), inbox());
  std::size_t inputs = 0;
  for (const RowSlice& slice : given_.slices.from(first)) {
    inputs += slice.count;
  }
  return inputs;
}

void OrderFreeGroup::take_back() {
  const double x = present();
  for (const RowSlice& slice : given_.slices.from(0)) {
    for (std::size_t k = slice.first_from(x); k < slice.count; ++k) {
      const Sums input = input_of(frame_, slice.index(k), slice.receptor, slice.arrival(k), slice.weight_of(k));
      sums_[slice.index(k)].take_out(input);
      sums_[slice.index(k)].reserve = Sums::minus(sums_[slice.index(k)].reserve, input.reserve);
    }
  }
  given_.slices.clear();
  flagged_.forget_inputs();
}

void OrderFreeGroup::prefetch_targets(std::span<const std::uint32_t> targets, std::uint32_t offset) const {
  if (sums_.size() * sizeof(Sums) <= foundation::kCached) {
    return;
  }
  for (const std::uint32_t target : targets) {
    foundation::prefetch(&sums_[offset + target]);
    if (frame_.own.used) {
      foundation::prefetch(&frame_.own.of_inputs[offset + target]);
    }
  }
}

// Frames

void OrderFreeGroup::begin_frame() {
  given_.slices.clear();
  flagged_.clear();
  frame_start_ = next_stop();
  std::vector<std::uint32_t> out_of_reserve;
  margin_ -= margin_ / 64;
  order_free::begin_frame(frame_,
                          {sums_.size(), sums_.data(), m_.data(), exc_.data(), inh_.data(), y_infinity_.data(),
                           amplitude_per_current_.data()},
                          margin_, out_of_reserve);
  if (frame_start_.offset == 0.0) {  // of an epoch: once in 16 ms
    end_tiny_currents();
  }
  std::erase_if(refractory_list_, [this](std::uint32_t i) {
    rare_[i].listed = rare_[i].refractory;
    return !rare_[i].listed;
  });
  for (const std::uint32_t i : out_of_reserve) {
    if (i < rare_.size() && !rare_[i].refractory) {  // arrays are longer than there are neurons
      flag(i);
    }
  }
  for (const std::uint32_t i : refractory_list_) {
    arm(i, 0.0);
  }
}

/// Currents of silent synapses would decay to subnormal numbers, and stay there: arithmetic with them is slow. Those of
/// membranes do so, too, but only after 700 time constants, and are left, since the sign of v - v_thresh may be theirs.
void OrderFreeGroup::end_tiny_currents() {
  constexpr double kTiny = 1e-250;  // [mV]
  for (auto* const amplitudes : {&exc_, &inh_}) {
    for (double& amplitude : *amplitudes) {
      amplitude = std::fabs(amplitude) < kTiny ? 0.0 : amplitude;
    }
  }
}

/// Neurons that inputs have flagged since the window began got others before.
void OrderFreeGroup::record_inputs_of_fresh() {
  const std::vector<std::uint32_t> fresh = flagged_.take_fresh();
  if (fresh.empty()) {
    return;
  }
  given_.for_each(
      frame_start_.offset, present(), [this](std::uint32_t i) { return flagged_.is_fresh(i); },
      [this](std::uint32_t i, std::size_t receptor, double x, double weight) {
        flagged_.record({i, x, input_of(frame_, i, receptor, x, weight)});
      });
  std::int64_t lowest = 0;
  for (const std::uint32_t i : fresh) {
    lowest = std::min(lowest, sums_[i].reserve);
    flag(i);
  }
  margin_ = std::min(margin_ + margin_ / 8 - lowest / 8, -kFlagged / 4);
}

OrderFreeGroup::Window OrderFreeGroup::window(double begin, double end) const {
  return {decays_at(frame_, begin), decays_at(frame_, end), decays_at(frame_, frame_.length)};
}

void OrderFreeGroup::advance(const Instant& end, std::vector<events::CellEvent<double>>& spikes) {
  const double x_end = since_start(end);
  settled_ = false;
  if (flagged_.any()) {
    const Window window = this->window(present(), x_end);
    record_inputs_of_fresh();
    flagged_.divide();
    const auto in_window = [&](std::uint32_t number) { return flagged_.input(number).x < x_end; };
    for (std::size_t k = 0; k < flagged_.all().size(); ++k) {
      const std::uint32_t i = flagged_.all()[k];
      const std::span<std::uint32_t> inputs = flagged_.inputs_of(k);
      if (rare_[i].quiet_until < x_end ||
          (!rare_[i].refractory && std::any_of(inputs.begin(), inputs.end(), in_window))) {
        ++look_count_;
        replay(i, inputs, window, spikes);
      }
    }
    flagged_.forget_before(x_end);
  }
  given_.forget_window();
  time_ = end;
  if (!(end < next_stop())) {
    begin_frame();
  }
}

/// @param inputs  numbers in flagged_, of all inputs from the window's begin on; they are sorted if need be
void OrderFreeGroup::replay(std::size_t i, std::span<std::uint32_t> inputs, const Window& window,
                            std::vector<events::CellEvent<double>>& spikes) {
  const double begin = window.begin.x;
  const double end = window.end.x;
  RareFields& rare = rare_[i];
  Sums sums = sums_[i];
  double rise = 0.0;  // in units of the sums
  for (const std::uint32_t number : inputs) {
    const OrderedInput& input = flagged_.input(number);
    sums.take_out(input.sums);
    rise -= input.x < end ? static_cast<double>(input.sums.reserve) : 0.0;
  }
  if (!rare.refractory && !rare.at_threshold) {
    const Potential p = potential(i, sums);
    const double y = y_at(frame_, p, window.begin);
    const double bend = downward_bend(frame_, p) / 8;
    const double margin = rise * (amplitude_per_current_[i] * frame_.unit) + kMargin;
    for (const Decays* const until : {&window.frame_end, &window.end}) {  // for the whole frame if that is certain
      const double hump = bend * (until->x - begin) * (until->x - begin);
      if (std::max(y, y_at(frame_, p, *until)) + hump + margin < 0.0) {
        rare.quiet_until = until->x;
        return;
      }
    }
  }
  const auto by_time = [this](std::uint32_t a, std::uint32_t b) { return flagged_.input(a).x < flagged_.input(b).x; };
  std::sort(inputs.begin(), inputs.end(), by_time);
  double x = begin;
  std::size_t k = 0;
  const auto due = static_cast<std::size_t>(
      std::partition_point(inputs.begin(), inputs.end(),
                           [this, end](std::uint32_t input) { return flagged_.input(input).x < end; }) -
      inputs.begin());
  for (;;) {
    const double next = std::max(x, k < due ? flagged_.input(inputs[k]).x : end);
    if (rare.refractory) {
      if (const double wake = since_start(rare.wake); wake < end && wake <= next) {
        rare.refractory = false;
        x = std::max(x, wake);
        set_potential(i, sums, rare.refractory_y, x);
        continue;
      }
    } else {
      const Potential p = potential(i, sums);
      const double y = std::exchange(rare.at_threshold, false) ? 0.0 : value_at(frame_, p, x).y;
      const auto spike = y >= 0.0
                             ? std::optional(x)
                             : crossing(frame_, p, downward_bend(frame_, p), x, y, next, value_at(frame_, p, next).y);
      if (spike) {
        const Instant t = at(*spike);
        spikes.push_back({t, rare.cell});
        rare.refractory = true;
        rare.wake = events::later(t, constants(i).tau_refrac);
        rare.refractory_y = constants(i).y_reset;
        list_refractory(i);
        x = *spike;
        continue;
      }
    }
    if (k == due) {
      break;
    }
    x = next;
    for (const double together = flagged_.input(inputs[k]).x; k < due && flagged_.input(inputs[k]).x == together; ++k) {
      sums.put_in(flagged_.input(inputs[k]).sums);
    }
  }
  for (; k < inputs.size(); ++k) {
    sums.put_in(flagged_.input(inputs[k]).sums);
  }
  sums_[i] = sums;
  rare.quiet_until = rare.refractory ? since_start(rare.wake) : end;
}

// Other weights

void OrderFreeGroup::set_scale(const InputScale& scale) {
  const double unit = unit_for(frame_, scale_of(scale, frame_));
  if (unit == frame_.unit) {
    return;
  }
  for (std::size_t i = 0; i < rare_.size(); ++i) {
    const Potential p = potential(i);
    m_[i] = p.amplitude[0];
    exc_[i] = p.amplitude[1];
    inh_[i] = p.amplitude[2];
    sums_[i] = {};
  }
  set_unit(frame_, unit);
  for (std::size_t i = 0; i < rare_.size(); ++i) {
    arm(i, present());
  }
}

}  // namespace va_event::neurons::order_free
