// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "events/instant_bytes.hpp"
#include "neurons/if_cond_exp/order_free/order_free_conductances_group.hpp"

namespace va_event::neurons::order_free_conductances {

namespace {

constexpr std::size_t kV = 0;  ///< its number among the variables
constexpr std::int64_t kNeverWakes = std::int64_t{1} << 56U;

}  // namespace

// What users see and change

Place OrderFreeConductancesGroup::state_now(std::size_t i) {
  Neuron& neuron = neurons_[i];
  if (neuron.known_in != frame_) {
    begin_frame_of(i);
  }
  const Neuron before = neuron;
  const double x = present();
  order_inputs(i, *inputs_, neuron.taken, neuron.until, x);
  const std::size_t known = ordered_.size;
  ordered_.cut(x);
  const bool all = ordered_.size == known;
  Place& place = neuron.place;
  const double origin = since_start(frame_, neuron.origin);
  for (std::size_t k = 0; k < ordered_.size; ++k) {
    if (place.held && origin <= ordered_.x[k]) {
      place.wake(origin, neuron.y);
    }
    move(constants(i), place, ordered_.x[k]);
    place.exc += ordered_.exc[k];
    place.inh += ordered_.inh[k];
  }
  if (place.held && origin <= x) {
    place.wake(origin, neuron.y);
  }
  neuron.taken = static_cast<std::uint32_t>(inputs_->count(i));
  neuron.until = x;
  Place now = place;
  if (!all) {  // those that arrive now are not yet all there
    neuron = before;
  }
  move(constants(i), now, x);
  return now;
}

double OrderFreeConductancesGroup::variable(std::size_t index, std::size_t variable, const double& /*t*/) {
  const Place now = state_now(index);
  return Kernel::variable(constants(index), {now.held ? neurons_[index].y : now.y, now.exc, now.inh, 0.0}, variable);
}

void OrderFreeConductancesGroup::begin_anew(std::size_t i, double y) {
  Neuron& neuron = neurons_[i];
  neuron.y = y;
  neuron.known_in = -1;
  if (!refractory(i)) {
    neuron.origin = time_;
    if (!(y < 0.0)) {  // else the filter knows
      to_look_at_.push_back(static_cast<std::uint32_t>(i));
    }
  }
}

void OrderFreeConductancesGroup::set_variable(std::size_t index, std::size_t variable, double value,
                                              const double& /*t*/, Candidates& /*candidates*/) {
  Place now = state_now(index);
  const Constants& c = constants(index);
  State<double> state{now.held ? neurons_[index].y : now.y, now.exc, now.inh, 0.0};
  Kernel::set_variable(c, state, variable, value);
  if (variable != kV) {  // a conductance: as if it had decayed to here without an input
    const double x = present();
    inputs_->forget(index, x);
    inputs_->at_start[index] = {state.exc / numerics::elementary::exp(-x * c.rate_exc),
                                state.inh / numerics::elementary::exp(-x * c.rate_inh)};
    add_up_again(index);
  }
  begin_anew(index, state.y);
  now.exc = state.exc;
  now.inh = state.inh;
  now.y = state.y;
  set_bounds(index, now, present());
}

void OrderFreeConductancesGroup::set_parameters(std::size_t index, std::span<const double> parameters, double injected,
                                                const double& /*t*/, Candidates& /*candidates*/) {
  Place now = state_now(index);
  Neuron& neuron = neurons_[index];
  const double threshold_before = constants(index).v_thresh;
  const double reset_before = constants(index).y_reset;
  neuron.set = sets_.change_user(neuron.set, parameters, injected);
  const Constants& c = constants(index);
  double y = (now.held ? neuron.y : now.y) + (threshold_before - c.v_thresh);
  if (now.held && neuron.y == reset_before) {  // else a v that the user has set is kept
    y = c.y_reset;
  }
  bounds_.set_constants(index, c);
  begin_anew(index, y);
  now.y = y;
  set_bounds(index, now, present());
}

std::optional<OrderFreeConductancesGroup::Instant> OrderFreeConductancesGroup::refractory_until(
    std::size_t index) const {
  return refractory(index) ? std::optional(neurons_[index].origin) : std::nullopt;
}

RemovedNeuron<double, State<double>> OrderFreeConductancesGroup::remove_neuron(std::size_t index, const double& t) {
  const Place now = state_now(index);
  Neuron& neuron = neurons_[index];
  const Constants& c = constants(index);
  const RemovedNeuron<double, State<double>> last{
      {now.held ? kRefractory : now.y, now.exc, now.inh, t}, neuron.y, c.v_thresh, c.y_reset};
  neuron.origin = {kNeverWakes, 0.0};
  neuron.known_in = -1;
  inputs_->forget(index, present());
  inputs_->at_start[index] = {};
  add_up_again(index);
  set_bounds(index, {.held = true}, present());
  list_refractory(index);
  return last;
}

// Checkpoints: all that the neuron's future depends on, which is its inputs since the last anchor but one.

void OrderFreeConductancesGroup::save(std::size_t index, foundation::ByteWriter& out) {
  const Neuron& neuron = neurons_[index];
  events::put_instant(out, neuron.origin);
  out.put(neuron.y);
  const std::int64_t anchor = frame_ / InputHistory::kAnchorDistance * InputHistory::kAnchorDistance;
  const std::int64_t first = std::clamp(neuron.origin.epoch < kNeverWakes ? frame_of(neuron.origin) : frame_,
                                        std::max<std::int64_t>(0, anchor - InputHistory::kAnchorDistance), frame_);
  out.put(first);
  for (std::int64_t frame = first; frame <= frame_; ++frame) {
    const FrameInputs& inputs = history_[frame];
    out.put(inputs.at_start[index].exc);
    out.put(inputs.at_start[index].inh);
    out.put(frame < frame_ ? inputs.integral[index] : 0.0F);
    gathered_.clear();
    inputs.gather(index, 0, 0.0, kFrame, gathered_);
    std::vector<std::pair<double, double>> kept;
    for (std::size_t k = 0; k < gathered_.size; ++k) {
      kept.emplace_back(gathered_.x[k], gathered_.weight[k]);
    }
    std::sort(kept.begin(), kept.end());
    out.put(static_cast<std::uint64_t>(kept.size()));
    for (const auto& [x, weight] : kept) {
      out.put(x);
      out.put(weight);
    }
  }
}

OrderFreeConductancesGroup::Choices OrderFreeConductancesGroup::get_choices(foundation::ByteReader& in) {
  constexpr double kLongest = 1e100;
  Choices choices{};
  choices.tau_exc = in.get<double>();
  choices.tau_inh = in.get<double>();
  choices.unit = in.get<double>();
  for (const double tau : {choices.tau_exc, choices.tau_inh}) {
    in.require(kMinAmplitudeFormTau <= tau && tau <= kLongest, "holds a parameter out of range");
  }
  in.require(InputUnits::unit_for(0.0) <= choices.unit && choices.unit <= kLongest &&
                 choices.unit == std::ldexp(1.0, std::ilogb(choices.unit)),
             "holds a unit out of range");
  return choices;
}

OrderFreeConductancesGroup::OrderFreeConductancesGroup(foundation::ByteReader& choices)
    : OrderFreeConductancesGroup(get_choices(choices)) {}

OrderFreeConductancesGroup::OrderFreeConductancesGroup(const Choices& choices)
    : OrderFreeConductancesGroup(choices.tau_exc, choices.tau_inh, choices.unit) {}

void OrderFreeConductancesGroup::save_choices(foundation::ByteWriter& out) const {
  out.put(tau_exc_);
  out.put(tau_inh_);
  out.put(units_.unit());
}

void OrderFreeConductancesGroup::begin_load(const Instant& now) {
  time_ = now;
  frame_ = frame_of(now);
  window_begin_ = present();
  for (std::int64_t k = 0; k < std::min(InputHistory::kKept, frame_ + 1); ++k) {
    history_[frame_ - k].begin(neurons_.size());
  }
  inputs_ = &history_[frame_];
  sums_ = {};
  present_sums_ = &sums(frame_);
  slices_.clear();
  slots_.clear();
  held_.clear();
  refractory_list_.clear();
  to_look_at_.clear();
  for (Neuron& neuron : neurons_) {
    neuron.listed = false;
    neuron.known_in = -1;
  }
}

bool OrderFreeConductancesGroup::load(std::size_t index, foundation::ByteReader& in, const Instant& now) {
  constexpr double kLargest = 1e100;
  Neuron& neuron = neurons_[index];
  neuron.origin = events::get_instant<double>(in);
  neuron.y = in.get<double>();
  in.require(std::fabs(neuron.y) <= kLargest, "holds a number out of range");
  const auto first = in.get<std::int64_t>();
  in.require(0 <= first && first <= frame_ && frame_ - first < InputHistory::kKept, "holds inputs of another time");
  for (std::int64_t frame = first; frame <= frame_; ++frame) {
    FrameInputs& inputs = history_[frame];
    const auto conductance = [&] {
      const auto g = in.get<double>();
      in.require(0.0 <= g && g <= kLargest, "holds a number out of range");
      return g;
    };
    inputs.at_start[index].exc = conductance();
    inputs.at_start[index].inh = conductance();
    inputs.integral[index] = in.get<float>();
    in.require(std::fabs(inputs.integral[index]) <= kLargest, "holds a number out of range");
    const auto count = in.get<std::uint64_t>();
    for (std::uint64_t k = 0; k < count; ++k) {
      const auto x = in.get<double>();
      const auto weight = in.get<double>();
      in.require(0.0 <= x && x < (frame < frame_ ? kFrame : present()) && std::fabs(weight) <= kLargest,
                 "holds a number out of range");
      inputs.add(index, x, weight);
    }
    if (frame == frame_) {
      add_up_again(index);
    }
  }
  double remembered = 0.0;
  for (std::int64_t frame = first; frame < frame_ / InputHistory::kAnchorDistance * InputHistory::kAnchorDistance;
       ++frame) {
    remembered += area(constants(index), history_[frame], index);
  }
  in.require(!(neuron.origin < start_of(first)) || remembered >= kForgotten, "lacks inputs of a neuron");
  if (now < neuron.origin) {
    list_refractory(index);
  }
  const Place place = state_now(index);
  if (!place.held && !(place.y < 0.0)) {
    to_look_at_.push_back(static_cast<std::uint32_t>(index));
  }
  set_bounds(index, place, present());
  return false;  // the end of its refractoriness is no event of the event loop
}

}  // namespace va_event::neurons::order_free_conductances
