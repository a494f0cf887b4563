// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_cond_exp/near_spikes/near_spikes_group.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "neurons/if_cond_exp/near_spikes/bounds.hpp"
#include "neurons/if_cond_exp/near_spikes/crossing.hpp"

namespace va_event::neurons::near_spikes {

bool NearSpikesGroup::takes(std::span<const double> parameters) const {
  return Kernel::prepare(Kernel::kParameters.read(parameters), 0.0).in_amplitude_form;
}

void NearSpikesGroup::reserve(std::size_t count) {
  lists_.reserve(count);
  prospects_.reserve(count);
  history_.reserve(count);
}

std::uint32_t NearSpikesGroup::add(const network::PopulationData& population, std::uint32_t begin, std::uint32_t end,
                                   std::span<const double> injected) {
  const auto first = static_cast<std::uint32_t>(history_.size());
  std::vector<double> parameters(population.parameters.size());
  std::vector<double> variables(population.initial.size());
  for (std::uint32_t n = begin; n < end; ++n) {
    for (std::size_t p = 0; p < parameters.size(); ++p) {
      parameters[p] = population.parameters[p].at(n);
    }
    for (std::size_t x = 0; x < variables.size(); ++x) {
      variables[x] = population.initial[x].at(n);
    }
    const std::size_t i = history_.size();
    lists_.add_neuron();
    prospects_.emplace_back();
    history_.push_back({.cell = population.first + n});
    lists_.line(i).set = sets_.add_user(parameters, injected[n - begin]);
    const State<double> state = Kernel::make_state(constants(i), variables);
    restart(i, state.y, state.exc, state.inh);
  }
  return first;
}

// Inputs

Input NearSpikesGroup::input_of(const Kernel::SharedExponentials& at, std::size_t receptor, double weight) const {
  return {time_.epoch,
          at.t,
          at.decay_exc,
          at.decay_inh,
          receptor == 0 ? weight / at.decay_exc : 0.0,
          receptor == 0 ? 0.0 : weight / at.decay_inh};
}

void NearSpikesGroup::complete_block(std::size_t i) {
  const std::uint32_t position = lists_.line(i).position;
  if (lists_.is_full(lists_.line(i), history_[i].base.position)) [[unlikely]] {
    lists_.make_room();
  }
  lists_.keep_block(i);
  if (position - history_[i].next_base.position >= kInputsPerBase) {
    notice(i);
  }
}

/// The effect of an input on some neurons with the same constants, where F changes its sign once: the synapses' share
/// of it is then all that is to be looked at. @tparam kInhibitory  the input is
template <bool kInhibitory>
void NearSpikesGroup::deliver_to_falling(const Input& input, std::uint32_t number, const Kernel::DriveFactors& drive,
                                         std::span<const std::uint32_t> targets, std::uint32_t offset) {
  constexpr std::size_t kAhead = 8;
  const double added = kInhibitory ? input.inh : input.exc;
  const double drive_exc = drive.exc;
  const double drive_inh = drive.inh;
  const auto go_through = [&](std::size_t begin, std::size_t end, auto prefetch) {
    for (std::size_t k = begin; k < end; ++k) {
      if constexpr (decltype(prefetch)::value) {
        lists_.prefetch(static_cast<std::uint32_t>(offset + targets[k + kAhead]));
      }
      const std::size_t i = static_cast<std::uint32_t>(offset + targets[k]);
      Line& line = lists_.line(i);
      (kInhibitory ? line.inh : line.exc) += added;
      const std::uint32_t position = line.position;
      line.number[position % Line::kBlock] = number;
      line.position = position + 1;
      const double synaptic = drive_exc * line.exc + drive_inh * line.inh;
      const bool noticed = synaptic > static_cast<double>(line.limit);
      if (position % Line::kBlock == Line::kBlock - 1) [[unlikely]] {
        complete_block(i);
      }
      if (noticed) [[unlikely]] {
        notice(i);
      }
    }
  };
  const std::size_t last = targets.size() > kAhead ? targets.size() - kAhead : 0;
  go_through(0, last, std::true_type());
  go_through(last, targets.size(), std::false_type());
}

/// The effect of an input on some neurons with the same constants.
void NearSpikesGroup::deliver_to_all(const Input& input, const Constants& c, const Kernel::SharedExponentials& at,
                                     std::span<const std::uint32_t> targets, std::uint32_t offset) {
  const std::uint32_t number = lists_.store(input);
  const Kernel::DriveFactors drive(c, at.decay_exc, at.decay_inh);
  if (drive_only_falls(c)) {
    return input.inh > 0.0 ? deliver_to_falling<true>(input, number, drive, targets, offset)
                           : deliver_to_falling<false>(input, number, drive, targets, offset);
  }
  for (const std::uint32_t target : targets) {
    receive_one(static_cast<std::uint32_t>(offset + target), number, input, drive);
  }
}

void NearSpikesGroup::deliver(const double& t, std::size_t receptor, std::span<const Targets> targets,
                              Candidates& /*candidates*/) {
  for (const Targets& part : targets) {
    // Stretches of targets with the same constants and weight share an input.
    for (std::size_t begin = 0; begin < part.index.size();) {
      const auto set_of = [&](std::size_t k) {
        return sets_.all().size() == 1 ? 0 : lists_.line(static_cast<std::uint32_t>(part.offset + part.index[k])).set;
      };
      const std::uint32_t set = set_of(begin);
      std::size_t end = part.weight.empty() && sets_.all().size() == 1 ? part.index.size() : begin + 1;
      while (part.weight.empty() && end < part.index.size() && set_of(end) == set) {
        ++end;
      }
      const Constants& c = sets_[set];
      if (!(known_for_ == &c && known_.t == t)) {
        known_ = Kernel::exponentials_at(c, t);
        known_for_ = &c;
      }
      deliver_to_all(input_of(known_, receptor, part.weight_of(begin)), c, known_,
                     part.index.subspan(begin, end - begin), part.offset);
      begin = end;
    }
  }
}

std::size_t NearSpikesGroup::receive(std::span<const neurons::Input<double>> inputs, Candidates& /*candidates*/) {
  for (const neurons::Input<double>& one : inputs) {
    const Constants& c = constants(one.index);
    const Kernel::SharedExponentials at = Kernel::exponentials_at(c, one.t);
    const Input input = input_of(at, one.receptor, one.weight);
    receive_one(one.index, lists_.store(input), input, {c, at.decay_exc, at.decay_inh});
  }
  return inputs.size();
}

void NearSpikesGroup::prefetch_targets(std::span<const std::uint32_t> targets, std::uint32_t offset) const {
  for (const std::uint32_t target : targets) {
    lists_.prefetch(offset + target);
  }
}

// Windows

struct NearSpikesGroup::Stretch {
  Point now;           ///< after the inputs so far
  std::uint32_t last;  ///< position of the end of the list
  double end;          ///< of the window, in the epoch [ms]
};

void NearSpikesGroup::look_at(std::size_t i, const Instant& end, std::vector<events::CellEvent<double>>& spikes) {
  const Constants& c = constants(i);
  Line& line = lists_.line(i);
  History& history = history_[i];
  Prospects& prospects = prospects_[i];
  const double window_end = end.epoch == time_.epoch ? end.offset : kEpoch;
  std::uint32_t position = line.position;
  while (position > history.base.position &&
         static_cast<std::int32_t>(lists_.number_at(i, position - 1) - window_begin_) >= 0) {
    --position;
  }
  Point now = lists_.point_at(c, i, history.base, position);
  move_to_epoch(c, time_.epoch, now);

  const auto spike_at = [&](const Instant& t) {
    spikes.push_back({t, history.cell});
    line.refractory = 1;
    prospects.in_run = false;
    history.wake = events::later(t, c.tau_refrac);
    history.refractory_y = c.y_reset;
    history.base = history.next_base = now;
  };
  /// Whether the neuron spikes before `t`, or at it if `inclusive`.
  const auto spikes_until = [&](double t, bool inclusive) {
    if (prospects.safe > t) {
      return false;
    }
    know_run(i, now.position);
    const Point& run = history.run;
    set_bound(i, run.y, run);
    if (prospects.safe > t) {
      return false;
    }
    const double limit = duration(run, time_.epoch, t);
    const Prospect found = first_crossing_before(c, {run.y, run.conductance_exc(), run.conductance_inh(), 0.0},
                                                 limit + 0x1p-40 * (1.0 + limit));
    if (found.crosses) {
      const Instant crossing = events::normalised<double>(run.epoch, run.t + found.time);
      const Instant until = events::normalised<double>(time_.epoch, t);
      if (crossing < until || (inclusive && crossing == until)) {
        spike_at(std::max(crossing, time_));  // it is not before the window, unless a checkpoint was forged
        return true;
      }
    }
    prospects.safe = prospects.since + found.time * kShrink<double>;
    return false;
  };
  const auto wake_up = [&] {
    now.t = history.wake.offset;
    const Kernel::SharedExponentials at = Kernel::exponentials_at(c, now.t);
    now.decay_exc = at.decay_exc;
    now.decay_inh = at.decay_inh;
    now.y = history.refractory_y;
    now.at_input = 0;
    line.refractory = 0;
    history.base = history.next_base = history.run = now;
    history.forgotten = false;
    prospects.in_run = drive_may_be_positive(c, now) || now.y >= 0.0;
    prospects.run_known = true;
    set_bound(i, now.y, now);
  };

  for (;;) {
    const bool more = now.position < line.position;
    const Input* const next = more ? &lists_.input_at(i, now.position) : nullptr;
    if (line.refractory != 0) {
      if (history.wake < end && (!more || history.wake.offset <= next->t)) {
        wake_up();
        continue;
      }
      if (!more) {
        break;
      }
      move_to(c, *next, now);
      near_spikes::add(*next, now);
      continue;
    }
    if (prospects.in_run && spikes_until(more ? next->t : window_end, more)) {
      continue;
    }
    if (!more) {
      break;
    }
    move_to(c, *next, now);
    const bool goes_on = prospects.in_run && drive_may_be_positive(c, now);
    if (goes_on) {
      carry_bound(i, next->t);
    }
    near_spikes::add(*next, now);
    if (!drive_may_be_positive(c, now)) {
      prospects.in_run = false;
    } else if (goes_on) {
      set_bound(i, -prospects.distance, now);
    } else {
      begin_run(i, now, now.position < line.position ? lists_.input_at(i, now.position).t : window_end);
    }
    if (now.position % Line::kBlock == 0 && now.position - history.next_base.position >= kInputsPerBase) {
      renew_base(i, now);
    }
  }
  if (line.refractory != 0) {
    wake_later(i);
  }
  set_limit(i);
  wait_until_safe(i);
}

void NearSpikesGroup::set_limit(std::size_t i) {
  Line& line = lists_.line(i);
  const double leak = constants(i).y_leak;
  if (line.refractory != 0) {
    line.limit = std::numeric_limits<float>::infinity();
  } else if (prospects_[i].in_run || leak > 0.0) {
    line.limit = -std::numeric_limits<float>::infinity();
  } else {
    line.limit = std::nextafter(static_cast<float>(-leak), -std::numeric_limits<float>::infinity());
  }
}

void NearSpikesGroup::wake_later(std::size_t i) {
  wakes_.push_back({history_[i].wake, static_cast<std::uint32_t>(i)});
  std::push_heap(wakes_.begin(), wakes_.end());
}

/// A neuron that stands in an earlier slot is found there, and asked again.
void NearSpikesGroup::wait_until_safe(std::size_t i) {
  Prospects& prospects = prospects_[i];
  if (prospects.in_run && prospects.safe < kEpoch) {
    const std::uint32_t slot = std::max(slot_of(prospects.safe), slot_);
    if (slot < prospects.slot) {
      prospects.slot = slot;
      due_[slot].push_back(static_cast<std::uint32_t>(i));
    }
  }
}

void NearSpikesGroup::clear_due() {
  for (std::vector<std::uint32_t>& slot : due_) {
    slot.clear();
  }
  for (Prospects& prospects : prospects_) {
    prospects.slot = kNoSlot;
  }
  slot_ = slot_of(time_.offset);
}

/// The neurons that may spike before the window ends, unless an input comes.
void NearSpikesGroup::notice_due(const Instant& end) {
  while (!wakes_.empty() && wakes_.front().time < end) {
    notice(wakes_.front().index);
    std::pop_heap(wakes_.begin(), wakes_.end());
    wakes_.pop_back();
  }
  const double window_end = end.epoch == time_.epoch ? end.offset : kEpoch;
  const std::uint32_t last = std::min(slot_of(window_end), kSlots - 1);
  for (;; ++slot_) {
    waiting_.swap(due_[slot_]);
    for (const std::uint32_t i : waiting_) {
      Prospects& prospects = prospects_[i];
      if (prospects.slot != slot_) {
        continue;  // it stands elsewhere, too
      }
      prospects.slot = kNoSlot;
      if (prospects.in_run && prospects.safe < window_end) {
        notice(i);
      } else {
        wait_until_safe(i);
      }
    }
    waiting_.clear();
    if (slot_ == last) {
      return;
    }
  }
}

void NearSpikesGroup::advance(const Instant& end, std::vector<events::CellEvent<double>>& spikes) {
  notice_due(end);
  for (const std::uint32_t i : noticed_) {
    lists_.line(i).noticed = 0;
    look_at(i, end, spikes);
  }
  noticed_.clear();
  known_inputs_.clear();
  const bool epoch_ends = time_.epoch < end.epoch;
  time_ = end;
  if (epoch_ends) {
    enter_epoch();
  }
  window_begin_ = lists_.next_number();
}

void NearSpikesGroup::enter_epoch() {
  lists_.begin_epoch(time_.epoch, time_.epoch - kEpochsKept);
  clear_due();
  for (std::size_t i = 0; i < history_.size(); ++i) {
    const Constants& c = constants(i);
    Line& line = lists_.line(i);
    Prospects& prospects = prospects_[i];
    History& history = history_[i];
    line.exc = decayed(line.exc, c.epoch_exc);
    line.inh = decayed(line.inh, c.epoch_inh);
    prospects.since -= kEpoch;
    prospects.safe -= kEpoch;
    if (history.base.position >= kManyPositions) {
      for (std::uint32_t* const position :
           {&line.position, &history.base.position, &history.next_base.position, &history.run.position}) {
        *position -= kManyPositions;
      }
    }
    if (line.refractory != 0) {
      history.base = history.next_base = present_point(i);
    } else if (history.next_base.epoch <= time_.epoch - kEpochsPerBase) {
      renew_base(i, present_point(i));
    }
    wait_until_safe(i);
  }
}

}  // namespace va_event::neurons::near_spikes
