// SPDX-License-Identifier: Apache-2.0
// What users read and change, and checkpoints.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "events/instant_bytes.hpp"
#include "neurons/if_cond_exp/near_spikes/near_spikes_group.hpp"

namespace va_event::neurons::near_spikes {

namespace {

constexpr std::int64_t kNeverWakes = std::int64_t{1} << 56U;
constexpr double kLargest = 1e200;  ///< of numbers in a checkpoint

/// @param base  that positions are counted from
void put_point(foundation::ByteWriter& out, const Point& point, std::uint32_t base) {
  events::put_instant(out, events::Instant<double>{point.epoch, point.t});
  for (const double number : {point.exc, point.inh, point.y}) {
    out.put(number);
  }
  out.put(point.position - base);
  out.put(point.at_input);
}

Point get_point(foundation::ByteReader& in, const Constants& c) {
  const auto time = events::get_instant<double>(in);
  const Kernel::SharedExponentials at = Kernel::exponentials_at(c, time.offset);
  Point point{time.epoch, time.offset, at.decay_exc, at.decay_inh};
  for (double* const number : {&point.exc, &point.inh, &point.y}) {
    *number = in.get<double>();
    in.require(std::fabs(*number) <= kLargest, "holds a number out of range");
  }
  in.require(point.exc >= 0.0 && point.inh >= 0.0, "holds a negative conductance");
  point.position = in.get<std::uint32_t>();
  point.at_input = in.get<std::uint32_t>();
  in.require(point.at_input <= 1, "holds a number out of range");
  return point;
}

bool is_before(const Point& a, std::int64_t epoch, double t) { return a.epoch != epoch ? a.epoch < epoch : a.t <= t; }

}  // namespace

void NearSpikesGroup::restart(std::size_t i, double y, double exc, double inh) {
  History& history = history_[i];
  Prospects& prospects = prospects_[i];
  Line& line = lists_.line(i);
  const Kernel::SharedExponentials at = Kernel::exponentials_at(constants(i), time_.offset);
  line.exc = exc / at.decay_exc;
  line.inh = inh / at.decay_inh;
  line.position = 0;
  Point now = present_point(i);
  now.y = y;
  history.next_base = history.run = now;
  set_base(i, now);
  history.forgotten = false;
  prospects.run_placed = prospects.run_known = true;
  prospects.rough = false;
  prospects.in_run = line.refractory == 0 && (drive_may_be_positive(constants(i), now) || y >= 0.0);
  set_bound(i, y, now);
  set_limit(i);
  wait_until_safe(i);
}

/// @param t  the present time, or a later one in the present window, all inputs before which have come
double NearSpikesGroup::variable(std::size_t index, std::size_t variable, const double& t) {
  if (time_.offset < t) {
    look_ahead(index, {time_.epoch, t});
  }
  const Point now = point_at(index, t);
  const double y = lists_.line(index).refractory != 0 ? history_[index].refractory_y : potential_now(index, now);
  return Kernel::variable(constants(index), {y, now.conductance_exc(), now.conductance_inh(), now.t}, variable);
}

void NearSpikesGroup::set_variable(std::size_t index, std::size_t variable, double value, const double& /*t*/,
                                   Candidates& /*candidates*/) {
  const bool refractory = lists_.line(index).refractory != 0;
  const Point now = present_point(index);
  const double y = refractory ? history_[index].refractory_y : potential_now(index, now);
  State<double> state{y, now.conductance_exc(), now.conductance_inh(), now.t};
  Kernel::set_variable(constants(index), state, variable, value);
  if (refractory) {
    history_[index].refractory_y = state.y;
  }
  restart(index, state.y, state.exc, state.inh);
}

void NearSpikesGroup::set_parameters(std::size_t index, std::span<const double> parameters, double injected,
                                     const double& /*t*/, Candidates& /*candidates*/) {
  const bool refractory = lists_.line(index).refractory != 0;
  History& history = history_[index];
  const Point now = present_point(index);
  const double exc = now.conductance_exc();
  const double inh = now.conductance_inh();
  double y = refractory ? history.refractory_y : potential_now(index, now);
  const double threshold_before = constants(index).v_thresh;
  const bool at_reset = history.refractory_y == constants(index).y_reset;
  std::uint32_t& set = lists_.line(index).set;
  set = sets_.change_user(set, parameters, injected);
  known_for_ = at_begin_for_ = nullptr;  // the constants may be others
  const Constants& c = constants(index);
  y += threshold_before - c.v_thresh;
  if (refractory) {
    y = history.refractory_y = at_reset ? c.y_reset : y;  // a v that the user has set is kept
  }
  restart(index, y, exc, inh);
}

std::optional<NearSpikesGroup::Instant> NearSpikesGroup::refractory_until(std::size_t index) const {
  return lists_.line(index).refractory != 0 && !history_[index].removed ? std::optional(history_[index].wake)
                                                                        : std::nullopt;
}

RemovedNeuron<double, State<double>> NearSpikesGroup::remove_neuron(std::size_t index, const double& t) {
  History& history = history_[index];
  const bool refractory = std::exchange(lists_.line(index).refractory, std::uint8_t{1}) != 0;
  const Point now = present_point(index);
  const double y = refractory ? kRefractory : potential_now(index, now);
  const RemovedNeuron<double, State<double>> removed{{y, now.conductance_exc(), now.conductance_inh(), t},
                                                     history.refractory_y,
                                                     constants(index).v_thresh,
                                                     constants(index).y_reset};
  history.removed = true;
  history.wake = {kNeverWakes, 0.0};
  restart(index, 0.0, 0.0, 0.0);
  return removed;
}

// Checkpoints

/// Nothing of it depends on windows, on bounds or on what else was asked for: v is taken to the last input of the run,
/// and positions are counted from the block in which the list begins.
void NearSpikesGroup::save(std::size_t index, foundation::ByteWriter& out) {
  const Line& line = lists_.line(index);
  const History& history = history_[index];
  const bool refractory = line.refractory != 0;
  out.put<std::uint8_t>(refractory ? 1 : 0);
  events::put_instant(out, history.wake);
  out.put(history.refractory_y);
  const Point now = present_point(index);
  const Point& list_begin = refractory ? now : history.base;
  const std::uint32_t first_block = list_begin.position / Line::kBlock * Line::kBlock;
  put_point(out, list_begin, first_block);
  out.put<std::uint8_t>(history.forgotten ? 1 : 0);
  put_point(out, refractory ? list_begin : history.next_base, first_block);
  const bool in_run = !refractory && prospects_[index].in_run &&
                      (is_at_threshold(prospects_[index]) || drive_may_be_positive(constants(index), now));
  out.put<std::uint8_t>(in_run ? 1 : 0);
  put_point(out, in_run ? run_at_last_input(index) : list_begin, first_block);
  out.put<std::uint32_t>(line.position - list_begin.position);
  for (std::uint32_t position = list_begin.position; position != line.position; ++position) {
    const Input& input = lists_.input_at(index, position);
    events::put_instant(out, Instant{input.epoch, input.t});
    out.put(input.exc);
    out.put(input.inh);
  }
}

/// The present run's point, taken to the last input.
Point NearSpikesGroup::run_at_last_input(std::size_t i) {
  if (!prospects_[i].run_placed || !prospects_[i].run_known || history_[i].run.position != lists_.line(i).position) {
    next_chains_.clear();
    const std::uint32_t chain = list_run(i, lists_.line(i).position);
    next_chains_.solve();
    history_[i].run.y = next_chains_.y(chain);
    prospects_[i].run_known = true;
    next_chains_.clear();
  }
  return history_[i].run;
}

void NearSpikesGroup::begin_load(const Instant& now) {
  time_ = now;
  lists_.clear(now.epoch);
  clear_due();
  wakes_.clear();
  noticed_.clear();
  known_inputs_.clear();
  readings_.clear();
  for (std::size_t i = 0; i < history_.size(); ++i) {
    lists_.line(i).noticed = 0;
    if (!history_[i].removed) {
      lists_.line(i).refractory = 0;
      restart(i, constants(i).y_reset, 0.0, 0.0);
    }
  }
}

/// The input of another neuron that is the same, or a new one.
std::uint32_t NearSpikesGroup::stored(const Input& input) {
  const auto [begin, end] = known_inputs_.equal_range(input.t);
  const auto same = std::find_if(begin, end, [&](const auto& known) {
    const Input& other = lists_.input(known.second);
    return other.epoch == input.epoch && other.exc == input.exc && other.inh == input.inh &&
           other.decay_exc == input.decay_exc && other.decay_inh == input.decay_inh;
  });
  return same != end ? same->second : known_inputs_.emplace(input.t, lists_.store(input))->second;
}

bool NearSpikesGroup::load(std::size_t index, foundation::ByteReader& in, const Instant& now) {
  constexpr std::uint32_t kMostInputs = 1U << 20U;
  const Constants& c = constants(index);
  Line& line = lists_.line(index);
  History& history = history_[index];
  Prospects& prospects = prospects_[index];
  line.refractory = in.get<std::uint8_t>() != 0 ? 1 : 0;
  history.wake = events::get_instant<double>(in);
  in.require(line.refractory == 0 || !(history.wake < now), "holds a neuron of another time");
  history.refractory_y = in.get<double>();
  in.require(std::fabs(history.refractory_y) <= kLargest, "holds a number out of range");
  set_base(index, get_point(in, c));
  history.forgotten = in.get<std::uint8_t>() != 0;
  history.next_base = get_point(in, c);
  prospects.in_run = in.get<std::uint8_t>() != 0 && line.refractory == 0;
  history.run = get_point(in, c);
  prospects.run_known = prospects.in_run;
  prospects.run_placed = true;
  const auto count = in.get<std::uint32_t>();
  in.require(count <= kMostInputs && history.base.position < kManyPositions + kMostInputs,
             "holds too many inputs of a neuron");
  in.require(history.base.epoch >= now.epoch - kEpochsKept, "holds a neuron of another time");
  line.position = history.base.position;
  Point point = history.base;
  for (std::uint32_t k = 0; k < count; ++k) {
    const auto time = events::get_instant<double>(in);
    const Kernel::SharedExponentials at = Kernel::exponentials_at(c, time.offset);
    Input input{time.epoch, time.offset, at.decay_exc, at.decay_inh, in.get<double>(), 0.0};
    input.inh = in.get<double>();
    in.require(0.0 <= input.exc && input.exc <= kLargest && 0.0 <= input.inh && input.inh <= kLargest &&
                   is_before(point, time.epoch, time.offset),
               "holds an input that is none");
    move_to(c, input, point);
    near_spikes::add(input, point);
    line.exc = point.exc;
    line.inh = point.inh;
    line.number[line.position % Line::kBlock] = stored(input);
    if (++line.position % Line::kBlock == 0) {
      if (lists_.is_full(line, history.base.position)) {
        lists_.make_room();
      }
      lists_.keep_block(index, line.exc, line.inh, line.number[Line::kBlock - 1]);
    }
  }
  in.require(is_before(point, now.epoch, now.offset), "holds a neuron of another time");
  for (const Point* const known : {&history.next_base, &history.run}) {
    in.require(history.base.position <= known->position && known->position <= line.position &&
                   is_before(history.base, known->epoch, known->t) && is_before(*known, now.epoch, now.offset),
               "holds a point of a history that is none");
    if (known->position < line.position) {
      const Input& next = lists_.input_at(index, known->position);
      in.require(is_before(*known, next.epoch, next.t), "holds a point of a history that is none");
    }
  }
  move_to_epoch(c, now.epoch, point);
  line.exc = point.exc;
  line.inh = point.inh;
  prospects.rough = !prospects.in_run;
  if (prospects.in_run) {
    set_bound(index, history.run.y, history.run);
  } else {
    set_bound(index, -kLeastDistance, present_point(index));
  }
  window_begin_ = lists_.next_number();
  set_limit(index);
  wait_until_safe(index);
  if (line.refractory != 0) {
    wake_later(index);
  }
  return false;  // the end of its refractoriness is no event of the event loop
}

}  // namespace va_event::neurons::near_spikes
