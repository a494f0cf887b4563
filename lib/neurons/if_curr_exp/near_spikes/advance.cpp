// SPDX-License-Identifier: Apache-2.0
// What happens to neurons from input to input and from segment to segment.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neurons/if_curr_exp/near_spikes/advance.cpp"
#include <hwy/foreach_target.h>
// clang-format off: the order matters
#include <hwy/highway.h>

#include "neurons/if_curr_exp/near_spikes/crossing-inl.hpp"
#include "neurons/if_curr_exp/near_spikes/inputs-inl.hpp"
#include "neurons/if_curr_exp/near_spikes/rows-inl.hpp"
// clang-format on
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "foundation/prefetch.hpp"
#include "neurons/if_curr_exp/near_spikes/neurons.hpp"
#include "neurons/rows_by_index.hpp"

HWY_BEFORE_NAMESPACE();
namespace va_event::neurons::near_spikes_currents::HWY_NAMESPACE {
namespace {

class Advance {
 public:
  explicit Advance(Neurons& neurons) : n_(neurons) {}

  void deliver(double t, std::size_t receptor, std::span<const Targets> targets);
  void deliver_to_all(double t, std::size_t receptor, const Targets& targets);
  void deliver_to_each(double t, std::size_t receptor, const Targets& targets);
  void receive(std::span<const Input<double>> inputs);
  void advance(const Instant& end, std::vector<CellEvent>& spikes);
  void look(std::size_t i, const Moment& moment);
  [[nodiscard]] const Moment& moment(std::size_t i, double t) {
    const TimeConstants& times = n_.times_of(i);
    if (!(n_.known.times == &times && n_.known.t == t)) {
      n_.known = {t, &times, factors_in_lanes(times, t)};
    }
    return n_.known;
  }

 private:
  using Near = Neurons::Near;
  using Rare = Neurons::Rare;

  void receive_in_period(std::span<const Input<double>> inputs);
  template <class More>
  HWY_INLINE void add_to_each(const Targets& targets, const Moment& moment, const More& more);
  HWY_NOINLINE void take(std::size_t i, const Moment& moment, RowLanes before, RowLanes added);

  HWY_INLINE void do_before(double t, bool inclusive) {
    for (double next = std::min(n_.next_wake, n_.segment_end); next < t || (inclusive && next == t);
         next = std::min(n_.next_wake, n_.segment_end)) {
      do_next();
    }
  }
  HWY_NOINLINE void do_next();
  void wake_next();
  void end_segment();
  void begin_period(bool epoch_begins);
  void renew(std::size_t i, bool epoch_begins);
  void begin_near(Near& near, const Moment& moment);
  void remove_near(std::size_t i);
  void clear_near();
  void pass_near(double t, bool inclusive);
  HWY_INLINE void pass(std::size_t i, Near& near, const Moment& moment, bool inclusive);
  HWY_NOINLINE void search(std::size_t i, const Moment& moment, bool inclusive);
  /// @returns whether the neuron is awake again before `t`
  bool spike(std::size_t i, double crossing, double t, bool inclusive);
  void awake(std::size_t i, const Moment& moment);

  Neurons& n_;
};

// Inputs

/// The inputs of a spike on neurons with the same time constants: an addition for each of them, one after the other.
/// @param more  what is added to the row of the k-th target
template <class More>
void Advance::add_to_each(const Targets& targets, const Moment& moment, const More& more) {
  const std::uint32_t offset = targets.offset;
  const std::uint32_t* const index = targets.index.data();
  const std::uint32_t* const end = index + targets.index.size();
  Row* const rows = rows_by_index(n_.rows.data(), offset, index[0]);
  for (const std::uint32_t* target = index; target != end; ++target) {
    Row& row = rows[*target];
    const RowLanes before = load(row);
    const auto& added = more(target - index);
    store(before + added, row);
    if (HWY_UNLIKELY(!has_reserve(row))) {
      take(static_cast<std::uint32_t>(offset + *target), moment, before, added);
    }
  }
}

/// An input that needs a look, and has been added.
void Advance::take(std::size_t i, const Moment& moment, RowLanes before, RowLanes added) {
  if (n_.rare[i].near == 0) {
    look(i, moment);
    return;
  }
  store(before, n_.rows[i]);  // until now
  pass(i, n_.near[n_.rare[i].near - 1], moment, true);
  store(load(n_.rows[i]) + added, n_.rows[i]);
  if (n_.rare[i].near != 0) {
    begin_near(n_.near[n_.rare[i].near - 1], moment);
  }
}

/// Inputs in the order of their times.
void Advance::receive(std::span<const Input<double>> inputs) {
  while (!inputs.empty()) {
    do_before(inputs[0].t, true);
    const double period_end = static_cast<double>(end_of_period(n_.segment)) * kSegment;
    const std::size_t most = std::min(inputs.size(), kMaxInputs);
    std::size_t count = 1;
    while (count < most && inputs[count].t < period_end) {
      ++count;
    }
    receive_in_period(inputs.first(count));
    inputs = inputs.subspan(count);
  }
}

/// What the inputs add is worked out in vectors; then it is added one after the other.
void Advance::receive_in_period(std::span<const Input<double>> inputs) {
  for (const Input<double>& input : inputs) {
    foundation::prefetch(&n_.rows[input.index]);
  }
  InputRows added;
  const std::size_t period_end = end_of_period(n_.segment);
  if (n_.times.all().size() == 1) {
    added.find(n_.times[0], inputs, period_end);
  } else {
    added.find([this](std::uint32_t i) -> const TimeConstants& { return n_.times_of(i); }, inputs, period_end);
  }
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const Input<double>& input = inputs[k];
    do_before(input.t, true);
    Row& row = n_.rows[input.index];
    const RowLanes before = load(row);
    const RowLanes more = load(added[k]);
    store(before + more, row);
    if (HWY_UNLIKELY(!has_reserve(row))) {
      take(input.index, moment(input.index, input.t), before, more);
    }
  }
}

void Advance::deliver(double t, std::size_t receptor, std::span<const Targets> targets) {
  do_before(t, true);
  for (const Targets& part : targets) {
    const auto first = static_cast<std::uint32_t>(part.offset + part.index[0]);
    const std::span<const PopulationRanges::Range> ranges = n_.ranges.all();
    const PopulationRanges::Range& range = ranges.size() == 1 ? ranges[0] : n_.ranges.range_of(first);
    if (!range.set) {
      deliver_to_each(t, receptor, part);
    } else if (range.exceptions.empty()) {
      deliver_to_all(t, receptor, part);
    } else {
      PopulationRanges::divide_targets(
          range, part, [this, t, receptor](const Targets& some) { deliver_to_all(t, receptor, some); },
          [this, t, receptor](const Targets& some) { deliver_to_each(t, receptor, some); });
    }
  }
}

/// On neurons with the same time constants.
void Advance::deliver_to_all(double t, std::size_t receptor, const Targets& targets) {
  const Moment& now = moment(static_cast<std::uint32_t>(targets.offset + targets.index[0]), t);
  const UnitInput unit = unit_input(*now.times, t, now.at, receptor, end_of_period(n_.segment));
  if (targets.weight.empty()) {
    const RowLanes all = load(row_of(unit, receptor, targets.constant_weight));
    add_to_each(targets, now, [&all](std::ptrdiff_t /*k*/) HWY_ATTR -> const RowLanes& { return all; });
    return;
  }
  Row row = row_of(unit, receptor, 1.0);
  const RowLanes up = load(row);
  row.reserve = -unit.down;
  const RowLanes down = load(row);
  add_to_each(targets, now, [&up, &down, weight = targets.weight.data()](std::ptrdiff_t k) HWY_ATTR {
    return larger(times(up, weight[k]), times(down, weight[k]));
  });
}

/// On neurons with time constants of their own.
void Advance::deliver_to_each(double t, std::size_t receptor, const Targets& targets) {
  std::array<Input<double>, kMaxInputs> inputs;
  for (std::size_t begin = 0; begin < targets.index.size(); begin += kMaxInputs) {
    const std::size_t count = std::min(targets.index.size() - begin, kMaxInputs);
    for (std::size_t k = 0; k < count; ++k) {
      inputs[k] = {t, targets.weight_of(begin + k),
                   static_cast<std::uint32_t>(targets.offset + targets.index[begin + k]),
                   static_cast<std::uint32_t>(receptor)};
    }
    receive(std::span(inputs).first(count));
  }
}

// Looks

/// The neuron's prospects from now on: a reserve, or it is near its threshold.
void Advance::look(std::size_t i, const Moment& moment) {
  ++n_.looks;
  Row& row = n_.rows[i];
  const Prospect prospect = prospect_of(*moment.times, row, n_.infinity[i], moment.at, n_.segment);
  if (prospect.horizon == n_.segment) {
    row.reserve = kNear;
    n_.near.push_back({.index = static_cast<std::uint32_t>(i)});
    n_.rare[i].near = static_cast<std::uint32_t>(n_.near.size());
    begin_near(n_.near.back(), moment);
    return;
  }
  row.reserve = prospect.reserve;
  if (prospect.horizon % kSegmentsPerPeriod != 0) {
    n_.later[prospect.horizon - 1].push_back(static_cast<std::uint32_t>(i));
  }
}

void Advance::begin_near(Near& near, const Moment& moment) {
  const Bounds now = bounds_of(*moment.times, n_.rows[near.index], n_.infinity[near.index], moment.at);
  near.searched = false;
  near.since = moment.t;
  near.y = now.y;
  near.margin = kMargin * now.size;
  near.bend = now.bend / 8;
}

void Advance::remove_near(std::size_t i) {
  const std::uint32_t place = n_.rare[i].near;
  n_.rare[i].near = 0;
  n_.near[place - 1] = n_.near.back();
  n_.near.pop_back();
  if (place <= n_.near.size()) {
    n_.rare[n_.near[place - 1].index].near = place;
  }
}

void Advance::clear_near() {
  for (const Near& near : n_.near) {
    n_.rare[near.index].near = 0;
  }
  n_.near.clear();
}

/// A neuron near its threshold spikes, if it does, before the moment, or at it if `inclusive`.
void Advance::pass(std::size_t i, Near& near, const Moment& moment, bool inclusive) {
  if (near.searched) {
    if (!(near.crossing > moment.t)) {
      search(i, moment, inclusive);
    }
    return;
  }
  ++n_.looks;
  const double y = potential_of(n_.rows[i], n_.infinity[i], moment.at);
  const double h = moment.t - near.since;
  if (std::max(y, near.y) + (near.bend * (h * h) + near.margin) < 0.0) {
    near.since = moment.t;
    near.y = y;
    return;
  }
  search(i, moment, inclusive);
}

void Advance::search(std::size_t i, const Moment& moment, bool inclusive) {
  for (;;) {
    Near& near = n_.near[n_.rare[i].near - 1];
    if (!near.searched) {
      const Row& row = n_.rows[i];
      const Potential potential{*moment.times, n_.infinity[i], {row.m, row.exc, row.inh}};
      near.crossing = first_crossing(potential, near.since, near.y, moment.t, potential.at(moment.at), n_.segment_end);
      near.searched = true;
    }
    const bool comes = near.crossing < moment.t || (inclusive && near.crossing == moment.t);
    if (!comes || !spike(i, near.crossing, moment.t, inclusive)) {
      return;
    }
  }
}

bool Advance::spike(std::size_t i, double crossing, double t, bool inclusive) {
  const Kernel::Constants& c = n_.constants(i);
  Rare& rare = n_.rare[i];
  const Instant time{n_.time.epoch, crossing};
  n_.spikes.push_back({time, rare.cell});
  rare.wake = events::later(time, c.tau_refrac);
  rare.refractory_y = c.y_reset;
  if (rare.wake.epoch == time.epoch && (rare.wake.offset < t || (inclusive && rare.wake.offset == t))) {
    const TimeConstants& times = n_.times_of(i);
    awake(i, {rare.wake.offset, &times, factors_in_lanes(times, rare.wake.offset)});
    return true;
  }
  remove_near(i);
  n_.rows[i].m = 0.0;
  n_.rows[i].reserve = kRefractory;
  n_.wake_later(i);
  return false;
}

/// The end of the neuron's refractoriness.
void Advance::awake(std::size_t i, const Moment& moment) {
  Row& row = n_.rows[i];
  const double y = n_.rare[i].refractory_y / n_.constants(i).resistance;
  row.m = (((y - n_.infinity[i]) - row.exc * moment.at.exc) - row.inh * moment.at.inh) / moment.at.m;
  if (n_.rare[i].near != 0) {
    begin_near(n_.near[n_.rare[i].near - 1], moment);
  } else {
    look(i, moment);
  }
  if (y >= 0.0) {  // users have set v meanwhile
    n_.spikes_at(i, moment.t);
  }
}

// Segments

/// What happens next to neurons beside inputs.
void Advance::do_next() { n_.next_wake <= n_.segment_end ? wake_next() : end_segment(); }

void Advance::wake_next() {
  if (!n_.new_wakes.empty()) {
    n_.find_next_wake();  // they enter the queue
  }
  const std::uint32_t i = n_.wakes.take().cell;
  n_.find_next_wake();
  if (!n_.rare[i].removed) {
    awake(i, moment(i, n_.rare[i].wake.offset));
  }
}

void Advance::pass_near(double t, bool inclusive) {
  if (n_.near.empty()) {
    return;
  }
  std::uint32_t set = n_.rare[n_.near[0].index].times;
  const Moment* now = &moment(n_.near[0].index, t);
  const std::span<const PopulationRanges::Range> ranges = n_.ranges.all();
  const bool one_set = ranges.size() == 1 && ranges[0].set && ranges[0].exceptions.empty();
  for (std::size_t k = 0; k < n_.near.size();) {
    const std::uint32_t i = n_.near[k].index;
    if (!one_set && n_.rare[i].times != set) {
      set = n_.rare[i].times;
      now = &moment(i, t);
    }
    pass(i, n_.near[k], *now, inclusive);
    k += k < n_.near.size() && n_.near[k].index == i ? 1 : 0;  // else another one has taken its place
  }
}

void Advance::end_segment() {
  const double t = n_.segment_end;
  pass_near(t, true);
  n_.begin_segment(n_.segment + 1);
  if (n_.segment % kSegmentsPerPeriod == 0) {
    begin_period(false);
    return;
  }
  std::vector<std::uint32_t>& waiting = n_.waiting;
  waiting.clear();
  waiting.swap(n_.later[n_.segment - 1]);
  std::erase_if(waiting, [this](std::uint32_t i) { return n_.rare[i].near != 0 || n_.is_refractory(i); });
  for (const Near& near : n_.near) {
    waiting.push_back(near.index);
  }
  clear_near();
  for (const std::uint32_t i : waiting) {
    if (n_.rare[i].near == 0) {  // it may wait twice
      look(i, moment(i, t));
    }
  }
}

/// All neurons into the next epoch, or the next period of it.
void Advance::begin_period(bool epoch_begins) {
  clear_near();
  for (std::vector<std::uint32_t>& list : n_.later) {
    list.clear();
  }
  const auto one_by_one = [this, epoch_begins](std::uint32_t begin, std::uint32_t end) {
    for (std::uint32_t i = begin; i < end; ++i) {
      renew(i, epoch_begins);
    }
  };
  for (const PopulationRanges::Range& range : n_.ranges.all()) {
    if (!range.set) {
      one_by_one(range.begin, range.end);
      continue;
    }
    const auto together = [&](std::uint32_t begin, std::uint32_t end) {
      const TimeConstants& times = n_.times[*range.set];
      const auto lanes = static_cast<std::uint32_t>(hn::Lanes(Doubles()));
      const std::uint32_t whole = begin + (end - begin) / lanes * lanes;
      n_.waiting.clear();
      const Stretch stretch{n_.rows.data(), n_.infinity.data(), begin, whole};
      epoch_begins ? begin_period_of<true>(times, stretch, n_.segment, n_.waiting)
                   : begin_period_of<false>(times, stretch, n_.segment, n_.waiting);
      const Moment now{static_cast<double>(n_.segment) * kSegment, &times, times.at[n_.segment]};
      for (const std::uint32_t i : n_.waiting) {
        look(i, now);
      }
      one_by_one(whole, end);
    };
    PopulationRanges::divide(range, together, [&](std::uint32_t i) { renew(i, epoch_begins); });
  }
}

/// One neuron into the next epoch, or the next period.
void Advance::renew(std::size_t i, bool epoch_begins) {
  const TimeConstants& times = n_.times_of(i);
  Row& row = n_.rows[i];
  if (epoch_begins) {
    const Factors& epoch = times.at[kSegments];
    row = {neurons::decayed(row.m, epoch.m), neurons::decayed(row.exc, epoch.exc), neurons::decayed(row.inh, epoch.inh),
           row.reserve};
  }
  if (!n_.is_refractory(i)) {
    look(i, {static_cast<double>(n_.segment) * kSegment, &times, times.at[n_.segment]});
  }
}

void Advance::advance(const Instant& end, std::vector<CellEvent>& spikes) {
  const bool epoch_ends = n_.time.epoch < end.epoch;
  const double window_end = epoch_ends ? kEpoch : end.offset;
  do_before(window_end, false);
  pass_near(window_end, false);
  spikes.insert(spikes.end(), n_.spikes.begin(), n_.spikes.end());
  n_.spikes.clear();
  n_.time = end;
  if (epoch_ends) {
    n_.begin_segment(0);
    n_.known.times = nullptr;
    begin_period(true);
  }
  n_.find_next_wake();
}

// Entries

void deliver_lanes(Neurons& neurons, double t, std::size_t receptor, std::span<const Targets> targets) {
  Advance(neurons).deliver(t, receptor, targets);
}

void receive_lanes(Neurons& neurons, std::span<const Input<double>> inputs) { Advance(neurons).receive(inputs); }

void advance_lanes(Neurons& neurons, const Instant& end, std::vector<CellEvent>& spikes) {
  Advance(neurons).advance(end, spikes);
}

void look_lanes(Neurons& neurons, std::size_t i) {
  Advance advance(neurons);
  advance.look(i, advance.moment(i, neurons.time.offset));
}

Factors factors_lanes(const TimeConstants& times, double t) { return factors_in_lanes(times, t); }

}  // namespace
}  // namespace va_event::neurons::near_spikes_currents::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace va_event::neurons::near_spikes_currents {

HWY_EXPORT(deliver_lanes);
HWY_EXPORT(receive_lanes);
HWY_EXPORT(advance_lanes);
HWY_EXPORT(look_lanes);
HWY_EXPORT(factors_lanes);

Factors factors_at(const TimeConstants& times, double t) { return HWY_DYNAMIC_DISPATCH(factors_lanes)(times, t); }

void deliver(Neurons& neurons, double t, std::size_t receptor, std::span<const Targets> targets) {
  HWY_DYNAMIC_DISPATCH(deliver_lanes)(neurons, t, receptor, targets);
}
void receive(Neurons& neurons, std::span<const Input<double>> inputs) {
  HWY_DYNAMIC_DISPATCH(receive_lanes)(neurons, inputs);
}
void advance(Neurons& neurons, const Instant& end, std::vector<CellEvent>& spikes) {
  HWY_DYNAMIC_DISPATCH(advance_lanes)(neurons, end, spikes);
}
void look(Neurons& neurons, std::size_t i) { HWY_DYNAMIC_DISPATCH(look_lanes)(neurons, i); }

void Neurons::wake_later(std::size_t i) {
  new_wakes.push_back({rare[i].wake, static_cast<CellId>(i)});
  if (rare[i].wake.epoch == time.epoch) {
    next_wake = std::min(next_wake, rare[i].wake.offset);
  }
}

/// Mostly neurons become refractory in the order of time but for those of one window.
void Neurons::find_next_wake() {
  std::sort(new_wakes.begin(), new_wakes.end());
  for (const CellEvent& wake : new_wakes) {
    wakes.push(wake);
  }
  new_wakes.clear();
  next_wake = !wakes.empty() && wakes.top().time.epoch == time.epoch ? wakes.top().time.offset : kNever;
}

}  // namespace va_event::neurons::near_spikes_currents
#endif
