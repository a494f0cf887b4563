// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_cond_exp/near_spikes/near_spikes_group.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
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

void NearSpikesGroup::begin_look(std::size_t i, Look& look) {
  const Constants& c = constants(i);
  Prospects& prospects = prospects_[i];
  const Line& line = lists_.line(i);
  std::uint32_t position = line.position;
  const std::uint32_t done = std::max(prospects.base_position, prospects.position);
  while (position > done && is_of_window(lists_.number_at(i, position - 1))) {
    --position;
  }
  look.i = static_cast<std::uint32_t>(i);
  const bool is_last = position == line.position && position > prospects.base_position;
  const Input* const last = is_last ? &lists_.input_at(i, position - 1) : nullptr;
  look.now = is_last && last->epoch == time_.epoch
                 ? Point{last->epoch, last->t, last->decay_exc, last->decay_inh, line.exc, line.inh, 0.0, position, 1}
                 : lists_.point_at(c, i, history_[i].base, position);
  look.in_run = prospects.in_run;
  if (!look.in_run || is_at_threshold(prospects)) {
    return;
  }
  if (!drive_only_falls(c) || prospects.since > time_.offset) {
    look.in_run = drive_may_be_positive(c, look.now);
  } else if (position == line.position) {
    look.in_run = begin_bound(i, line.exc, line.inh);
  } else {
    Point begin = look.now;
    move_to_epoch(c, time_.epoch, begin);
    look.in_run = begin_bound(i, begin.exc, begin.inh);
  }
}

/// Whether the neuron spikes before look.until, or at it if look.inclusive.
NearSpikesGroup::Answer NearSpikesGroup::spikes_until(Look& look) {
  Prospects& prospects = prospects_[look.i];
  if (prospects.safe > look.until) {
    return Answer::no;
  }
  if (prospects.rough) {
    prospects.rough = false;
    const double distance = drive_only_falls(constants(look.i))
                                ? distance_from_last_inputs(look.i, look.now, std::numeric_limits<double>::infinity())
                                : 0.0;
    set_bound(look.i, -std::max(distance, kLeastDistance), look.now);
    if (prospects.safe > look.until) {
      return Answer::no;
    }
  }
  return ask_potential(look);
}

NearSpikesGroup::Answer NearSpikesGroup::ask_potential(Look& look) {
  if (prospects_[look.i].run_placed && prospects_[look.i].run_known &&
      history_[look.i].run.position == look.now.position) {
    return with_potential(look);
  }
  look.wait = Wait::potential;
  look.job = list_run(look.i, look.now.position);
  return Answer::later;
}

NearSpikesGroup::Answer NearSpikesGroup::with_potential(Look& look) {
  const Point& run = history_[look.i].run;
  set_bound(look.i, run.y, run);
  if (prospects_[look.i].safe > look.until) {
    return Answer::no;
  }
  look.wait = Wait::crossing;
  look.job = next_searches_.add(constants(look.i), run.y, run.conductance_exc(), run.conductance_inh());
  return Answer::later;
}

NearSpikesGroup::Answer NearSpikesGroup::with_crossing(Look& look, std::vector<events::CellEvent<double>>& spikes) {
  const Constants& c = constants(look.i);
  History& history = history_[look.i];
  Prospects& prospects = prospects_[look.i];
  const Point& run = history.run;
  Prospect found{searches_.time(look.job) < std::numeric_limits<double>::infinity(), searches_.time(look.job)};
  if (std::isnan(found.time)) {
    const double limit = duration(run, time_.epoch, look.until);
    found = first_crossing_before(c, {run.y, run.conductance_exc(), run.conductance_inh(), 0.0},
                                  limit + 0x1p-40 * (1.0 + limit));
  }
  if (found.crosses) {
    const Instant crossing = events::normalised<double>(run.epoch, run.t + found.time);
    const Instant until = events::normalised<double>(time_.epoch, look.until);
    if (crossing < until || (look.inclusive && crossing == until)) {
      const Instant t = std::max(crossing, time_);  // it is not before the window, unless a checkpoint was forged
      spikes.push_back({t, history.cell});
      lists_.line(look.i).refractory = 1;
      look.in_run = false;
      history.wake = events::later(t, c.tau_refrac);
      history.refractory_y = c.y_reset;
      history.next_base = look.now;
      set_base(look.i, look.now);
      return Answer::spike;
    }
  }
  prospects.safe = prospects.since + found.time * kShrink<double>;
  if (run.y < c.y_inh) {  // inhibition that comes later raises v
    prospects.safe = std::min(prospects.safe, look.until);
  }
  return Answer::no;
}

/// What the look has waited for is there.
NearSpikesGroup::Answer NearSpikesGroup::resume(Look& look, std::vector<events::CellEvent<double>>& spikes) {
  switch (std::exchange(look.wait, Wait::none)) {
    case Wait::potential:
      history_[look.i].run.y = chains_.y(look.job);
      prospects_[look.i].run_known = true;
      return with_potential(look);
    case Wait::crossing:
      return with_crossing(look, spikes);
    case Wait::none:
      break;
  }
  return Answer::no;
}

void NearSpikesGroup::wake_up(Look& look) {
  const Constants& c = constants(look.i);
  History& history = history_[look.i];
  Line& line = lists_.line(look.i);
  Point& now = look.now;
  move_to_epoch(c, time_.epoch, now);
  now.t = history.wake.offset;
  const Kernel::SharedExponentials at = Kernel::exponentials_at(c, now.t);
  now.decay_exc = at.decay_exc;
  now.decay_inh = at.decay_inh;
  now.y = history.refractory_y;
  now.at_input = 0;
  if (now.position / Line::kBlock == line.position / Line::kBlock) {  // no complete block is to be moved
    const std::uint32_t distance = lists_.to_front(line.position);
    now.position += distance;
    line.position += distance;
    lists_.count_blocks_left(look.i, now.position, now.position + kInputsPerBase);
  }
  look.in_run = begin_list(look.i, now);
}

/// The neuron's refractoriness ends. @returns whether it may spike without an input
bool NearSpikesGroup::begin_list(std::size_t i, const Point& now) {
  History& history = history_[i];
  Prospects& prospects = prospects_[i];
  lists_.line(i).refractory = 0;
  history.next_base = history.run = now;
  set_base(i, now);
  history.forgotten = false;
  prospects.run_placed = prospects.run_known = true;
  prospects.rough = false;
  set_bound(i, now.y, now);
  return drive_may_be_positive(constants(i), now) || now.y >= 0.0;
}

/// Ends the refractoriness of a neuron to which no input has come in the window, and which does not spike in it: most
/// of them need no more. @returns false: it is to be looked at
bool NearSpikesGroup::wakes_quietly(std::size_t i, double window_end) {
  Line& line = lists_.line(i);
  History& history = history_[i];
  if (line.refractory == 0 || line.noticed != 0 || history.wake.epoch != time_.epoch ||
      (line.position > prospects_[i].base_position && is_of_window(lists_.number_at(i, line.position - 1)))) {
    return false;
  }
  Look look{};
  look.i = static_cast<std::uint32_t>(i);
  look.now.epoch = time_.epoch;
  look.now.exc = line.exc;
  look.now.inh = line.inh;
  look.now.position = line.position;
  wake_up(look);
  prospects_[i].in_run = look.in_run;
  prospects_[i].position = line.position;
  set_limit(i);
  if (look.in_run && prospects_[i].safe < window_end) {
    return false;
  }
  wait_until_safe(i);
  return true;
}

/// The next input of a neuron that is not refractory.
void NearSpikesGroup::take_input(Look& look, const Input& next) {
  const Constants& c = constants(look.i);
  Point& now = look.now;
  move_to(c, next, now);
  const double before = largest_drive(c, now);
  near_spikes::add(next, now);
  const bool went_on = look.in_run && before > drive_margin(c);
  look.in_run = drive_may_be_positive(c, now);
  if (look.in_run && before > 0.0) {
    const double distance = went_on ? carried_distance(c, prospects_[look.i], next.t) : 0.0;
    set_bound(look.i, -std::max(distance, kLeastDistance), now);
  } else if (look.in_run) {
    begin_run(look.i, now);
  }
  if (now.position % Line::kBlock == 0 && now.position - history_[look.i].next_base.position >= kInputsPerBase) {
    renew_base(look.i, now);
  }
}

/// As far as it goes without intervals to be solved. @returns false: it is at the window's end
bool NearSpikesGroup::go_on(Look& look, const Instant& end, std::vector<events::CellEvent<double>>& spikes) {
  const std::size_t i = look.i;
  const Constants& c = constants(i);
  const Line& line = lists_.line(i);
  Point& now = look.now;
  for (;;) {
    const bool more = now.position < line.position;
    const Input* const next = more ? &lists_.input_at(i, now.position) : nullptr;
    if (line.refractory != 0) {
      const Instant& wake = history_[i].wake;
      if (wake < end && (!more || wake.offset <= next->t)) {
        wake_up(look);
        continue;
      }
      if (!more) {
        break;
      }
      move_to(c, *next, now);
      near_spikes::add(*next, now);
      continue;
    }
    if (look.in_run) {
      Answer answer = Answer::no;
      if (look.wait == Wait::none) {
        look.until = more ? next->t : end.epoch == time_.epoch ? end.offset : kEpoch;
        look.inclusive = more;
        answer = spikes_until(look);
      } else {
        answer = resume(look, spikes);
      }
      if (answer == Answer::later) {
        return true;
      }
      if (answer == Answer::spike) {
        continue;
      }
    }
    if (!more) {
      break;
    }
    take_input(look, *next);
  }
  if (line.refractory != 0) {
    wake_later(i);
  }
  prospects_[i].in_run = look.in_run;
  prospects_[i].position = line.position;
  set_limit(i);
  wait_until_safe(i);
  return false;
}

/// The bound begins anew at the window's beginning, with the conductances that are left then.
/// @param exc, inh  amplitudes there @returns false: the drive is not positive any more, the run is over
bool NearSpikesGroup::begin_bound(std::size_t i, double exc, double inh) {
  const Constants& c = constants(i);
  Prospects& prospects = prospects_[i];
  if (at_begin_for_ != &c || at_begin_.t != time_.offset) {
    at_begin_ = Kernel::exponentials_at(c, time_.offset);
    at_begin_for_ = &c;
  }
  const Kernel::DriveFactors factors(c, at_begin_.decay_exc, at_begin_.decay_inh);
  const double exc_drive = factors.exc * exc;
  const double inh_drive = factors.inh * inh;
  const double drive = c.y_leak + (exc_drive + inh_drive);
  if (drive < -drive_margin(c)) {
    return false;
  }
  if (drive > drive_margin(c)) {
    prospects.distance = carried_distance(c, prospects, time_.offset);
    prospects.since = time_.offset;
    prospects.drive = drive;
    prospects.conductance = 1.0 + c.resistance * (exc * at_begin_.decay_exc + inh * at_begin_.decay_inh);
    prospects.safe =
        time_.offset + safe_time_of_falling(c, prospects.distance, drive, prospects.conductance, exc_drive, inh_drive);
  }
  return true;
}

/// Whether the neuron, to which no input has come in the window, certainly does not spike in it.
bool NearSpikesGroup::is_safe_until(std::size_t i, double window_end) {
  const Line& line = lists_.line(i);
  Prospects& prospects = prospects_[i];
  if (line.noticed != 0 || prospects.since > time_.offset || is_at_threshold(prospects) ||
      !drive_only_falls(constants(i)) ||
      (line.position > prospects.base_position && is_of_window(lists_.number_at(i, line.position - 1)))) {
    return false;
  }
  prospects.in_run = begin_bound(i, line.exc, line.inh);
  return !prospects.in_run || prospects.safe >= window_end;
}

void NearSpikesGroup::set_limit(std::size_t i) {
  Line& line = lists_.line(i);
  const double leak = constants(i).y_leak;
  if (line.refractory != 0) {
    line.limit = std::numeric_limits<float>::infinity();
  } else if (!drive_only_falls(constants(i)) && (prospects_[i].in_run || leak > 0.0)) {
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
      prospects.slot = static_cast<std::uint16_t>(slot);
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
  const double window_end = end.epoch == time_.epoch ? end.offset : kEpoch;
  while (!wakes_.empty() && wakes_.front().time < end) {
    const Wake wake = wakes_.front();
    std::pop_heap(wakes_.begin(), wakes_.end());
    wakes_.pop_back();
    if (!(wake.time == history_[wake.index].wake && wakes_quietly(wake.index, window_end))) {
      notice(wake.index);
    }
  }
  const std::uint32_t last = std::min(slot_of(window_end), kSlots - 1);
  for (;; ++slot_) {
    waiting_.swap(due_[slot_]);
    for (std::size_t k = 0; k < waiting_.size(); ++k) {
      constexpr std::size_t kAhead = 8;
      if (k + kAhead < waiting_.size()) {
        foundation::prefetch(&prospects_[waiting_[k + kAhead]]);
        lists_.prefetch(waiting_[k + kAhead]);
      }
      const std::uint32_t i = waiting_[k];
      Prospects& prospects = prospects_[i];
      if (prospects.slot != slot_) {
        continue;  // it stands elsewhere, too
      }
      prospects.slot = kNoSlot;
      if (prospects.in_run && prospects.safe < window_end && !is_safe_until(i, window_end)) {
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

/// Advances one neuron in the present window, which ends later than `end`, so that its v can be read there.
void NearSpikesGroup::look_ahead(std::size_t i, const Instant& end) {
  const Line& line = lists_.line(i);
  const Prospects& prospects = prospects_[i];
  const bool may_change = line.refractory != 0 ? history_[i].wake < end
                                               : line.noticed != 0 || (prospects.in_run && prospects.safe < end.offset);
  if (!may_change) {
    return;
  }
  Look look{};
  begin_look(i, look);
  while (go_on(look, end, early_spikes_)) {
    std::swap(chains_, next_chains_);
    std::swap(searches_, next_searches_);
    chains_.solve();
    searches_.solve();
    next_chains_.clear();
    next_searches_.clear();
  }
}

/// Takes some neurons to the window's end.
void NearSpikesGroup::look_at(std::span<const std::uint32_t> neurons, const Instant& end,
                              std::vector<events::CellEvent<double>>& spikes) {
  constexpr std::size_t kAhead = 6;
  looks_.clear();
  for (std::size_t k = 0; k < neurons.size(); ++k) {
    if (k + kAhead < neurons.size()) {
      prefetch_look(neurons[k + kAhead]);
    }
    lists_.line(neurons[k]).noticed = 0;
    begin_look(neurons[k], looks_.emplace_back());
    lists_.prefetch_blocks(neurons[k]);
  }
  under_way_.resize(looks_.size());
  std::iota(under_way_.begin(), under_way_.end(), 0U);
  while (!under_way_.empty()) {
    // What looks wait for is listed for the next time while they go on with what has been solved.
    next_chains_.clear();
    next_searches_.clear();
    std::erase_if(under_way_, [&](std::uint32_t k) { return !go_on(looks_[k], end, spikes); });
    std::swap(chains_, next_chains_);
    std::swap(searches_, next_searches_);
    chains_.solve();
    searches_.solve();
  }
}

void NearSpikesGroup::advance(const Instant& end, std::vector<events::CellEvent<double>>& spikes) {
  spikes.insert(spikes.end(), early_spikes_.begin(), early_spikes_.end());
  early_spikes_.clear();
  notice_due(end);
  look_count_ += noticed_.size();
  constexpr std::size_t kTogether = 128;  // so that what is listed of them stays in the caches
  for (std::size_t begin = 0; begin < noticed_.size(); begin += kTogether) {
    look_at(std::span(noticed_).subspan(begin, std::min(kTogether, noticed_.size() - begin)), end, spikes);
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
      place_run(i);
      prospects.position = std::max(prospects.position, history.base.position);
      for (std::uint32_t* const position : {&line.position, &history.base.position, &history.next_base.position,
                                            &history.run.position, &prospects.position}) {
        *position -= kManyPositions;
      }
      prospects.base_position = history.base.position;
    }
    if (line.refractory != 0) {
      history.next_base = present_point(i);
      set_base(i, history.next_base);
    } else if (history.next_base.epoch <= time_.epoch - kEpochsPerBase) {
      renew_base(i, present_point(i));
    }
    wait_until_safe(i);
  }
}

}  // namespace va_event::neurons::near_spikes
