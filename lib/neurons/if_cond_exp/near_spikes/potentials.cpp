// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "neurons/if_cond_exp/near_spikes/bounds.hpp"
#include "neurons/if_cond_exp/near_spikes/near_spikes_group.hpp"

namespace va_event::neurons::near_spikes {

namespace {

/// A number of the excitatory synapses and one of the inhibitory ones, side by side as in Input and Point.
using Pair [[gnu::vector_size(2 * sizeof(double))]] = double;
Pair pair_at(const double* first) {
  Pair pair;
  std::memcpy(&pair, first, sizeof(pair));
  return pair;
}

/// An integral of the total conductance over cm behind which v is forgotten: e^-36 = 2e-16.
constexpr double kForgottenArea = 36.5;  // and e^-36.5 of its rounding
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
  const InputLists::View inputs = lists_.view();
  Pair amplitudes = pair_at(&point.exc);
  Pair conductances = amplitudes * pair_at(&point.decay_exc);
  Pair lost = conductances;  // they decay from what they are, and all that is added, to what they are at the end
  std::int64_t epoch = point.epoch;
  double t = point.t;
  const Input* last = nullptr;
  for (std::uint32_t at = point.position; at < position;) {
    const std::uint32_t begin = at % Line::kBlock;
    const std::uint32_t count = std::min(Line::kBlock - begin, position - at);
    const std::uint32_t* const number = lists_.numbers_of_block(i, at) + begin;
    at += count;
    for (std::uint32_t n = 0; n < count; ++n, ++k) {
      const Input& next = inputs[number[n]];
      exc[k] = conductances[0];
      inh[k] = conductances[1];
      if (epoch != next.epoch) [[unlikely]] {
        Point moved{.epoch = epoch};
        std::memcpy(&moved.exc, &amplitudes, sizeof(amplitudes));
        h[k] = static_cast<double>(next.epoch - epoch) * kEpoch + (next.t - t);
        move_to_epoch(c, next.epoch, moved);
        amplitudes = pair_at(&moved.exc);
        epoch = next.epoch;
      } else {
        h[k] = next.t - t;
      }
      t = next.t;
      const Pair added = pair_at(&next.exc);
      const Pair decays = pair_at(&next.decay_exc);
      lost += added * decays;
      amplitudes += added;
      conductances = amplitudes * decays;
      last = &next;
    }
  }
  const double time = duration(point, epoch, t);
  lost -= conductances;
  point.epoch = epoch;
  point.t = t;
  point.decay_exc = last->decay_exc;
  point.decay_inh = last->decay_inh;
  std::memcpy(&point.exc, &amplitudes, sizeof(amplitudes));
  point.position = position;
  point.at_input = 1;
  return area_of(c, time, lost[0], lost[1]);
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

/// A lower bound of the distance u to the threshold at a point just after an input, from the last intervals: before
/// them it was not negative. With s = q h from the end of an interval, tau_m du/dt = -F - G u, where G, the
/// conductance, is between what it is at the ends: u(end) = u(begin) e^-x - h/tau_m * integral of F(q) e^-(x q), q = 0
/// to 1, for some x = G h/tau_m. Where F is convex, it is below its chord (1 - q) F(end) + q F(begin), so that
///   integral <= F(end) (1/2 - x/6 + x^2/24 - ...) + F(begin) (1/2 - x/3 + x^2/8 - ...),
/// alternating series, of which an even or odd number of terms is a bound. F = y_leak + exc e^-t/tau_exc - inh
/// e^-t/tau_inh is convex where exc/tau_exc^2 >= inh/tau_inh^2 at the end, as excitation decays no slower; elsewhere it
/// is at most what it is at one of the ends.
/// Inputs are taken out of the amplitudes again, which loses the digits of what is left: at most 1e-14 of the
/// conductances at the end, times e^(t/tau).
/// @param enough  a larger bound is not searched [mV]
double NearSpikesGroup::distance_from_last_inputs(std::size_t i, const Point& point, double enough) const {
  constexpr int kMostIntervals = 16;
  constexpr double kLeastWeight = 0.1;  // of what came before
  constexpr double kMostDecay = 14.0;   // of conductances
  constexpr double kRounding = 2e-8;    // more than 1e-14 e^14
  const Constants& c = constants(i);
  const History& history = history_[i];
  const std::uint32_t low = prospects_[i].base_position;
  const InputLists::View inputs = lists_.view();
  const Pair drives = {c.resistance * c.y_exc, c.resistance * c.y_inh};
  const Pair bends = drives * Pair{c.rate_exc * c.rate_exc, c.rate_inh * c.rate_inh};
  const Pair none = {0.0, 0.0};
  const Pair epoch_decays = {c.epoch_exc, c.epoch_inh};
  Pair amplitudes = pair_at(&point.exc);
  const Pair at_end = amplitudes * pair_at(&point.decay_exc);
  const double rounding = kRounding * (1.0 + c.resistance * (at_end[0] + at_end[1]));
  const double leak = c.y_leak + c.potentials * rounding;
  double left = kMostDecay / std::max(c.rate_exc, c.rate_inh);  // [ms]
  double sum = 0.0;
  double best = 0.0;  // whatever number of intervals is gone back, the bound holds
  double least_weight = 1.0;
  double most_weight = 1.0;
  std::uint32_t position = point.position;
  const Input* last = position > low ? &inputs[lists_.number_at(i, position - 1)] : nullptr;
  for (int k = 0; k < kMostIntervals && position > low; ++k) {
    const bool is_first = position == low + 1;
    const Input* const before = is_first ? nullptr : &inputs[lists_.number_at(i, position - 2)];
    const std::int64_t epoch = is_first ? history.base.epoch : before->epoch;
    double duration = last->t - (is_first ? history.base.t : before->t);
    const Pair decays = pair_at(is_first ? &history.base.decay_exc : &before->decay_exc);
    amplitudes -= pair_at(&last->exc);
    amplitudes = amplitudes > none ? amplitudes : none;
    const Pair end_conductances = amplitudes * pair_at(&last->decay_exc);
    if (epoch != last->epoch) [[unlikely]] {
      if (epoch != last->epoch - 1) {
        break;
      }
      duration += kEpoch;
      amplitudes /= epoch_decays;
    }
    left -= duration;
    if (!(left > 0.0)) {
      break;
    }
    const Pair begin_conductances = amplitudes * decays;
    const Pair of_end = end_conductances * drives;
    const Pair of_begin = begin_conductances * drives;
    const Pair bend = end_conductances * bends;
    double begin = leak + (of_begin[0] + of_begin[1]);
    double end = leak + (of_end[0] + of_end[1]);
    if (bend[0] + bend[1] < 0.0) {
      begin = end = std::max(begin, end);
    }
    const double h = duration * c.rate_m;
    const double most = ((1.0 + rounding) + c.resistance * (begin_conductances[0] + begin_conductances[1])) * h;
    const double least = ((1.0 - rounding) + c.resistance * (end_conductances[0] + end_conductances[1])) * h;
    sum -= h * (end > 0.0 ? most_weight * end * (0.5 - least * (1.0 / 6 - least * (1.0 / 24)))
                          : least_weight * end * (0.5 - most * (1.0 / 6 - most * (1.0 / 24 - most * (1.0 / 120)))));
    sum -= h * (begin > 0.0 ? most_weight * begin * (0.5 - least * (1.0 / 3 - least * (1.0 / 8)))
                            : least_weight * begin * (0.5 - most * (1.0 / 3 - most * (1.0 / 8 - most * (1.0 / 30)))));
    least_weight *= 1.0 - most * (1.0 - most * (0.5 - most * (1.0 / 6)));
    if (is_first && !history.forgotten && least_weight > 0.0) {
      sum += least_weight * -history.base.y;
    }
    best = std::max(best, sum);
    if (!(least_weight > kLeastWeight && best < enough)) {
      break;
    }
    most_weight *= 1.0 - least * (1.0 - 0.5 * least);
    last = before;
    --position;
  }
  return best * (1.0 - 1e-9);
}

void NearSpikesGroup::begin_run(std::size_t i, const Point& point) {
  Prospects& prospects = prospects_[i];
  history_[i].run = point;
  prospects.run_placed = true;
  prospects.run_known = false;
  prospects.rough = true;
  const double distance = drive_only_falls(constants(i))
                              ? distance_from_last_inputs(i, point, enough_for(largest_drive(constants(i), point)))
                              : 0.0;
  set_bound(i, -std::max(distance, kLeastDistance), point);
}

}  // namespace va_event::neurons::near_spikes
