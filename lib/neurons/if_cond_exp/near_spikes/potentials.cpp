// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "neurons/if_cond_exp/near_spikes/bounds.hpp"
#include "neurons/if_cond_exp/near_spikes/near_spikes_group.hpp"

namespace va_event::neurons::near_spikes {

namespace {

/// An integral of the total conductance over cm behind which v is forgotten: e^-36 = 2e-16.
constexpr double kForgottenArea = 36.5;  // and e^-36.5 of its rounding
/// How far back a bound of v reaches: as such an integral, with the conductances at its end, and in inputs.
constexpr double kBoundArea = 2.0;
constexpr std::size_t kBoundInputs = 24;
/// What an interval without input takes off the memory of v: the integral of the total conductance over cm.
/// @param exc_lost, inh_lost by how much the conductances decay in it [uS]
double area_of(const Constants& c, double h, double exc_lost, double inh_lost) {
  return c.rate_m * (h + c.resistance * (c.tau_exc * exc_lost + c.tau_inh * inh_lost));
}

/// At least that, as (1 - e^-x)/x >= 1 - x/2. @param exc, inh conductances at its beginning [uS]
double least_area(const Constants& c, double h, double exc, double inh) {
  const double kept_exc = std::max(0.0, 1.0 - h * (0.5 * c.rate_exc));
  const double kept_inh = std::max(0.0, 1.0 - h * (0.5 * c.rate_inh));
  return h * c.rate_m * (1.0 + c.resistance * (exc * kept_exc + inh * kept_inh));
}

/// Some potential below the threshold that v may have had before it is forgotten.
double forgotten_potential(const Constants& c, double exc, double inh) {
  return std::min(0.0, intervals::stationary<double>(c, {0.0, exc, inh, 0.0}));
}

bool same_moment(const Point& a, const Point& b) {
  return a.epoch == b.epoch && a.t == b.t && a.position == b.position;
}

}  // namespace

/// A time in the present epoch, when all inputs before it have come and no others.
Point NearSpikesGroup::point_at(std::size_t i, double t) const {
  const Line& line = lists_.line(i);
  const Kernel::SharedExponentials at = Kernel::exponentials_at(constants(i), t);
  return {time_.epoch, t, at.decay_exc, at.decay_inh, line.exc, line.inh, 0.0, line.position, 0};
}

/// Writes the intervals between inputs from a point on, and takes the point after the input before `position`.
/// @param k  place of the first of them
/// @returns the integral of the total conductance over cm, which v forgets by
double NearSpikesGroup::list_intervals(Chains& chains, std::size_t i, Point& point, std::uint32_t position,
                                       std::size_t k) const {
  if (point.position == position) {
    return 0.0;
  }
  const Constants& c = constants(i);
  double* const h = chains.h();
  double* const exc = chains.exc();
  double* const inh = chains.inh();
  Point at = point;
  double g_exc = at.conductance_exc();
  double g_inh = at.conductance_inh();
  // Conductances decay from what they are at the beginning, and all that is added, to what they are at the end.
  double lost_exc = g_exc;
  double lost_inh = g_inh;
  double time = 0.0;
  while (at.position < position) {
    const std::uint32_t begin = at.position % Line::kBlock;
    const std::uint32_t count = std::min(Line::kBlock - begin, position - at.position);
    const std::uint32_t* const number = lists_.numbers_of_block(i, at.position) + begin;
    at.position += count;
    for (std::uint32_t n = 0; n < count; ++n, ++k) {
      const Input& next = lists_.input(number[n]);
      exc[k] = g_exc;
      inh[k] = g_inh;
      const double length = duration(at, next.epoch, next.t);
      h[k] = length;
      time += length;
      if (at.epoch != next.epoch) [[unlikely]] {
        move_to_epoch(c, next.epoch, at);
      }
      at.t = next.t;
      lost_exc += next.exc * next.decay_exc;
      lost_inh += next.inh * next.decay_inh;
      at.exc += next.exc;
      at.inh += next.inh;
      g_exc = at.exc * next.decay_exc;
      g_inh = at.inh * next.decay_inh;
      at.decay_exc = next.decay_exc;
      at.decay_inh = next.decay_inh;
    }
  }
  at.at_input = 1;
  point = at;
  return area_of(c, time, lost_exc - g_exc, lost_inh - g_inh);
}

/// Completes a chain with the intervals before `end`, back to the first block of inputs behind which v is forgotten, or
/// to the base.
void NearSpikesGroup::gather(Chains& chains, std::size_t i, const Point& end) const {
  const Constants& c = constants(i);
  const Point& base = history_[i].base;
  double area = 0.0;
  if (end.at_input == 0) {
    const Point last = lists_.point_at(c, i, base, end.position);
    const std::size_t k = chains.add(1);
    chains.exc()[k] = last.conductance_exc();
    chains.inh()[k] = last.conductance_inh();
    chains.h()[k] = duration(last, end.epoch, end.t);
    area = least_area(c, chains.h()[k], chains.exc()[k], chains.inh()[k]);
  }
  for (std::uint32_t high = end.position; high > base.position && area < kForgottenArea;) {
    const std::uint32_t begin = (high - 1) / Line::kBlock * Line::kBlock;
    Point point = begin <= base.position ? base : lists_.block_begin(i, begin);
    if (begin > base.position + Line::kBlock) {
      lists_.prefetch_inputs(i, begin - Line::kBlock);
    }
    const std::uint32_t low = point.position;
    area += list_intervals(chains, i, point, high, chains.add(high - low));
    high = low;
  }
  if (area >= kForgottenArea) {
    const std::size_t first = chains.first();
    chains.end_chain(forgotten_potential(c, chains.exc()[first], chains.inh()[first]));
  } else {
    chains.end_chain(history_[i].forgotten ? forgotten_potential(c, base.conductance_exc(), base.conductance_inh())
                                           : base.y);
  }
}

/// Lists the chain of an upper bound of v after an input: what a neuron at its threshold some time before would have
/// come to. @returns its number
std::uint32_t NearSpikesGroup::list_bound(std::size_t i, const Point& end) {
  const Constants& c = constants(i);
  const Point& base = history_[i].base;
  const std::uint32_t chain = next_chains_.begin_chain(c, kBoundInputs + Line::kBlock);
  const double conductance = 1.0 + c.resistance * (end.conductance_exc() + end.conductance_inh());
  double left = kBoundArea * c.tau_m / conductance;  // [ms]
  double y = 0.0;
  std::uint32_t high = end.position;
  while (left > 0.0 && next_chains_.listed() < kBoundInputs) {
    if (high == base.position) {
      y = history_[i].forgotten ? 0.0 : std::min(0.0, base.y);
      break;
    }
    const std::uint32_t begin = (high - 1) / Line::kBlock * Line::kBlock;
    Point point = begin <= base.position ? base : lists_.block_begin(i, begin);
    const std::uint32_t count = high - point.position;
    high = point.position;
    const std::size_t first = next_chains_.add(count);
    list_intervals(next_chains_, i, point, high + count, first);
    std::uint32_t n = count;
    while (n > 0 && left > 0.0) {
      left -= next_chains_.h()[first + --n];
    }
    next_chains_.remove(n);
  }
  next_chains_.end_chain(y);
  return chain;
}

double NearSpikesGroup::potential_at(std::size_t i, const Point& point) {
  alone_.clear();
  const std::uint32_t chain = alone_.begin_chain(constants(i), point.position - history_[i].base.position + 1);
  gather(alone_, i, point);
  alone_.solve();
  return alone_.y(chain);
}

/// A lower bound of the area that a number of sums at block ends gives: conductances decay at most as without inputs.
bool NearSpikesGroup::is_forgotten(std::size_t i, const Point& from, const Point& to) const {
  const Constants& c = constants(i);
  lists_.prefetch_last_inputs(i, from.position, to.position);
  double area = 0.0;
  Point point = from;
  const auto pass = [&](const Point& next) {
    const double h = duration(point, next.epoch, next.t);
    const double exc = point.conductance_exc();
    const double inh = point.conductance_inh();
    move_to_epoch(c, next.epoch, point);
    area += area_of(c, h, exc - point.exc * next.decay_exc, inh - point.inh * next.decay_inh);
    point = next;
  };
  for (std::uint32_t p = (from.position / Line::kBlock + 1) * Line::kBlock; p < to.position; p += Line::kBlock) {
    pass(lists_.block_begin(i, p));
  }
  pass(to);
  return area >= kForgottenArea + 1.0;
}

void NearSpikesGroup::renew_base(std::size_t i, const Point& now) {
  History& history = history_[i];
  if (!same_moment(history.base, history.next_base)) {
    const bool forgotten = is_forgotten(i, history.next_base, now);
    history.next_base.y = forgotten ? 0.0 : potential_at(i, history.next_base);
    history.forgotten = forgotten;
    set_base(i, history.next_base);
  }
  history.next_base = now;
  history.run = now;
  prospects_[i].run_placed = true;
  prospects_[i].run_known = false;
}

void NearSpikesGroup::place_run(std::size_t i) {
  Prospects& prospects = prospects_[i];
  if (!prospects.run_placed) {
    history_[i].run = lists_.point_at(constants(i), i, history_[i].base, prospects.run_position);
    prospects.run_placed = true;
  }
}

/// Lists what takes v from the beginning of the present run, or from a later input of it, to the input before
/// `position`, which becomes the run's point. @returns the chain's number
std::uint32_t NearSpikesGroup::list_run(std::size_t i, std::uint32_t position) {
  place_run(i);
  History& history = history_[i];
  Point point = history.run;
  const std::size_t inputs = position - point.position;
  const std::uint32_t chain =
      next_chains_.begin_chain(constants(i), position - std::min(history.base.position, point.position) + 1);
  list_intervals(next_chains_, i, point, position, next_chains_.add(inputs));
  if (prospects_[i].run_known) {
    next_chains_.end_chain(history.run.y);
  } else {
    gather(next_chains_, i, history.run);
  }
  history.run = point;
  return chain;
}

/// What a user reads. Readers come often: v at the beginning of the last block is kept for them.
/// @param now  point_at() some time; the neuron is not refractory
double NearSpikesGroup::potential_now(std::size_t i, const Point& now) {
  const Point& base = history_[i].base;
  const std::uint32_t begin = now.position / Line::kBlock * Line::kBlock;
  if (begin <= base.position) {
    return potential_at(i, now);
  }
  const auto [found, is_new] = readings_.try_emplace(static_cast<std::uint32_t>(i));
  Reading& reading = found->second;
  if (is_new || reading.at.position != begin || !same_moment(reading.base, base)) {
    reading.base = base;
    reading.at = lists_.block_begin(i, begin);
    reading.at.y = potential_at(i, reading.at);
  }
  Point point = reading.at;
  alone_.clear();
  const std::uint32_t chain = alone_.begin_chain(constants(i), Line::kBlock + 1);
  const std::size_t first = alone_.add(now.position - point.position + 1);
  list_intervals(alone_, i, point, now.position, first);
  const std::size_t last = first + (now.position - begin);
  alone_.exc()[last] = point.conductance_exc();
  alone_.inh()[last] = point.conductance_inh();
  alone_.h()[last] = duration(point, now.epoch, now.t);
  alone_.end_chain(reading.at.y);
  alone_.solve();
  return alone_.y(chain);
}

// What is certain without v

double NearSpikesGroup::largest_drive(const Constants& c, const Point& point) {
  const double synaptic = Kernel::DriveFactors(c, point.decay_exc, point.decay_inh).largest(point.exc, point.inh);
  return c.y_leak + (synaptic > 0.0 ? synaptic : 0.0);
}

bool NearSpikesGroup::drive_may_be_positive(const Constants& c, const Point& point) {
  return largest_drive(c, point) > 0.0;
}

void NearSpikesGroup::set_bound(std::size_t i, double y, const Point& at) {
  const Constants& c = constants(i);
  Prospects& prospects = prospects_[i];
  prospects.distance = drive_only_falls(c) ? std::min(-y, -c.y_inh) : -y;
  prospects.since = at.t - static_cast<double>(time_.epoch - at.epoch) * kEpoch;
  prospects.drive = largest_drive(c, at);
  prospects.conductance = 1.0 + c.resistance * (at.conductance_exc() + at.conductance_inh());
  prospects.safe =
      prospects.since + (drive_only_falls(c) && prospects.drive > 0.0
                             ? safe_time_of_falling(c, prospects.distance, prospects.drive, prospects.conductance,
                                                    c.resistance * at.conductance_exc() * c.y_exc,
                                                    c.resistance * at.conductance_inh() * c.y_inh)
                             : safe_time(c, prospects.distance, prospects.drive, prospects.conductance,
                                         at.conductance_exc(), at.conductance_inh()));
  prospects.position = at.position;
}

/// What the bound is at t, u e^-x - F/G (1 - e^-x) with x = G h/tau_m; 1 - e^-x <= x (1 - x/2 + x^2/6).
double NearSpikesGroup::carried_distance(const Constants& c, const Prospects& prospects, double t) {
  constexpr double kMargin = 1e-12;
  const double h = (t - prospects.since) * c.rate_m;
  const double x = prospects.conductance * h;
  const double lost = std::min(h * (1.0 - x * (0.5 - x * (1.0 / 6.0))), 1.0 / prospects.conductance);
  const double distance = prospects.distance * (1.0 - prospects.conductance * lost) - prospects.drive * lost;
  return std::max(kLeastDistance, distance - kMargin * (c.potentials + prospects.distance));
}

/// A lower bound of the distance to the threshold at a point, from the last intervals: before them it was not negative.
/// In an interval in which F <= -f < 0 and the conductance is at most G it becomes at least f/G (1 - e^-x), x = G
/// h/tau_m, plus what is left of that before. e^x >= 1 + x + x^2/2, and e^-x >= 1 - x + x^2/2 - x^3/6.
double NearSpikesGroup::distance_from_last_inputs(std::size_t i, const Point& point) const {
  constexpr int kMostIntervals = 4;
  constexpr double kLeast = 0.1;  // of what came before
  const Constants& c = constants(i);
  const std::uint32_t low = history_[i].base.position;
  Point at = point;  // before the input
  double distance = 0.0;
  double weight = 1.0;
  for (int k = 0; k < kMostIntervals && at.position >= low + 2; ++k) {
    const Input& last = lists_.input_at(i, at.position - 1);
    const Input& before = lists_.input_at(i, at.position - 2);
    if (before.epoch != last.epoch) {
      break;
    }
    const double exc = std::max(0.0, at.exc - last.exc);
    const double inh = std::max(0.0, at.inh - last.inh);
    const auto drive = [&](const Input& input) {
      return c.y_leak + c.resistance * (exc * input.decay_exc * c.y_exc + inh * input.decay_inh * c.y_inh);
    };
    const double most = std::max(drive(last), drive(before));
    if (!(most < 0.0)) {
      break;
    }
    const double h = (last.t - before.t) * c.rate_m;
    const double x = h * (1.0 + c.resistance * (exc * before.decay_exc + inh * before.decay_inh));
    distance -= weight * most * h * (1.0 + 0.5 * x) / (1.0 + x + 0.5 * x * x);
    weight *= 1.0 - x * (1.0 - x * (0.5 - x * (1.0 / 6.0)));
    if (weight < kLeast) {
      break;
    }
    at.exc = exc;
    at.inh = inh;
    --at.position;
  }
  return distance * (1.0 - 1e-9);
}

void NearSpikesGroup::begin_run(std::size_t i, const Point& point) {
  Prospects& prospects = prospects_[i];
  history_[i].run = point;
  prospects.run_placed = true;
  prospects.run_known = false;
  prospects.rough = true;
  const double distance = drive_only_falls(constants(i)) ? distance_from_last_inputs(i, point) : 0.0;
  set_bound(i, -std::max(distance, kLeastDistance), point);
}

}  // namespace va_event::neurons::near_spikes
