// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "neurons/crossing.hpp"
#include "neurons/if_cond_exp/order_free/order_free_conductances_group.hpp"

// The exact work on one neuron in the present frame.

namespace va_event::neurons::order_free_conductances {

namespace {

/// When the neuron reaches its threshold if no input comes, if that is not
/// after `until`: a function of its state and of the frame alone, whatever
/// `until` is.
/// @param y_until  y at `until`, where that is known
std::optional<double> crossing(const Constants& c, const Place& place, double until, std::optional<double> y_until) {
  if (place.y >= 0.0) {
    return place.from;
  }
  const State<double> state = state_of(c, place);
  const double h = until - place.from;
  const numerics::ExponentialSum<double> drive = Kernel::drive_at_threshold(c, state);
  const double fall = magnitude(drive.first) * drive.rate_first + magnitude(drive.second) * drive.rate_second;
  if (y_until && *y_until < -1e-11 * Kernel::scale(c, state) &&
      drive.constant + drive.first + drive.second > fall * h) {
    return std::nullopt;  // the drive is positive throughout, so that v would have stayed above
  }
  const SafeInterval<double> safe = Kernel::safe_interval(c, state);
  if (safe.by_sign || safe.duration > h) {
    return std::nullopt;
  }
  const auto at = [&](const double& time) {
    return State<double>{Kernel::advance(c, state, time).y,
                         decayed(state.exc, numerics::elementary::exp(-time * c.rate_exc)),
                         decayed(state.inh, numerics::elementary::exp(-time * c.rate_inh)), time};
  };
  const double rest = kFrame - place.from;
  if (const auto near = near_crossing<Kernel>(c, at, state, 0.0, rest)) {
    return place.from + near->time;
  }
  const auto first = first_crossing<Kernel, double>(c, state, rest);
  return first ? std::optional(place.from + *first) : std::nullopt;
}

}  // namespace

void OrderFreeConductancesGroup::order_inputs(std::size_t i, const FrameInputs& frame, std::size_t first, double from,
                                              double to) {
  gathered_.clear();
  frame.gather(i, first, from, to, gathered_);
  order(gathered_, ordered_);
}

double OrderFreeConductancesGroup::potential_at_start(std::size_t i) {
  return look_back_.potential(constants(i), history_, i, frame_, {neurons_[i].origin, neurons_[i].y});
}

void OrderFreeConductancesGroup::begin_frame_of(std::size_t i) {
  Neuron& neuron = neurons_[i];
  neuron.known_in = frame_;
  neuron.taken = 0;
  neuron.until = 0.0;
  neuron.place = {
      .exc = inputs_->at_start[i].exc, .inh = inputs_->at_start[i].inh, .held = start_of(frame_) < neuron.origin};
  if (!neuron.place.held) {
    neuron.place.y = neuron.origin == start_of(frame_) ? neuron.y : potential_at_start(i);
  }
}

// The present window

void OrderFreeConductancesGroup::spike(std::size_t i, double x, std::vector<events::CellEvent<double>>& spikes) {
  Neuron& neuron = neurons_[i];
  const Instant start = start_of(frame_);
  const Instant t = events::normalised<double>(start.epoch, start.offset + x);
  spikes.push_back({t, neuron.cell});
  neuron.origin = events::later(t, constants(i).tau_refrac);
  neuron.y = constants(i).y_reset;
  neuron.place.held = true;
  list_refractory(i);
}

void OrderFreeConductancesGroup::list_refractory(std::size_t i) {
  if (!std::exchange(neurons_[i].listed, true)) {
    refractory_list_.push_back({neurons_[i].origin, static_cast<std::uint32_t>(i)});
    std::push_heap(refractory_list_.begin(), refractory_list_.end());
  }
}

void OrderFreeConductancesGroup::walk(std::size_t i, const OrderedInputs& inputs, std::size_t k, double end,
                                      std::vector<events::CellEvent<double>>& spikes) {
  Neuron& neuron = neurons_[i];
  Place& place = neuron.place;
  for (;;) {
    const double next = k < inputs.size ? inputs.x[k] : end;
    if (place.held) {
      if (const double wake = since_start(frame_, neuron.origin); wake < end && wake <= next) {
        place.wake(wake, neuron.y);
        continue;
      }
    } else if (const auto x = crossing(constants(i), place, next, {}); x && *x < end && *x <= next) {
      spike(i, *x, spikes);
      continue;
    }
    if (k == inputs.size) {
      return;
    }
    move(constants(i), place, next);
    place.exc += inputs.exc[k];
    place.inh += inputs.inh[k];
    ++k;
  }
}

Place OrderFreeConductancesGroup::look(std::size_t i, double end, std::vector<events::CellEvent<double>>& spikes) {
  Neuron& neuron = neurons_[i];
  const Constants& c = constants(i);
  if (neuron.known_in != frame_) {
    begin_frame_of(i);
  }
  order_inputs(i, *inputs_, neuron.taken, neuron.until, end);
  neuron.taken = static_cast<std::uint32_t>(inputs_->count(i));
  neuron.until = end;
  Place& place = neuron.place;
  std::size_t k = 0;
  if (!place.held && place.from == place.x) {
    intervals_.clear();
    intervals_.append(ordered_, place.x, end);
    find_decays(c, intervals_);
    double exc = place.exc;
    double inh = place.inh;
    find_conductances(intervals_, 0, intervals_.size, exc, inh);
    integrate(c, intervals_, 0, place.y);
    for (;; ++k) {
      place.exc = intervals_.exc[k];
      place.inh = intervals_.inh[k];
      const double next = k < ordered_.size ? ordered_.x[k] : end;
      // Where no earlier window has been looked at, the filter has found that there is no spike.
      const auto spike_at = next < window_begin_ ? std::nullopt : crossing(c, place, next, intervals_.after[k]);
      if (spike_at && *spike_at < end && *spike_at <= next) {
        spike(i, *spike_at, spikes);
        break;
      }
      if (k == ordered_.size) {
        return {.x = end, .exc = exc, .inh = inh, .from = end, .y = intervals_.after[k]};
      }
      place.x = place.from = next;
      place.y = intervals_.after[k];
    }
  }
  walk(i, ordered_, k, end, spikes);
  Place last = place;
  move(c, last, end);
  return last;
}

}  // namespace va_event::neurons::order_free_conductances
