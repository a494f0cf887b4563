// SPDX-License-Identifier: Apache-2.0
#include "neurons/if_curr_exp/order_free/order_free_group.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "events/instant_bytes.hpp"
#include "foundation/prefetch.hpp"
#include "network/cell_values.hpp"
#include "neurons/group/unit_of_sums.hpp"
#include "neurons/if_curr_exp/order_free/begin_frame.hpp"

namespace va_event::neurons::order_free {

namespace {

constexpr std::size_t kNeuronsPerVector = 4;  ///< arrays hold a multiple of them
constexpr std::int64_t kNeverWakes = std::int64_t{1} << 56U;

Scale scale_of(const InputScale& scale, const Frame& frame) {
  return {scale.largest_weight, scale.largest_sum * std::max(frame.length, 1.0)};
}

constexpr double kLargest = 1e100;  ///< of any number of a checkpoint

/// What save_choices() wrote of them.
TimeConstants get_time_constants(foundation::ByteReader& in) {
  TimeConstants result;
  result.first = in.get_all<double>();
  result.shortest = in.get<double>();
  result.common = in.get<std::uint8_t>() != 0;
  result.longest_frame = in.get<double>();
  in.require(result.first.size() == Kernel::kParameters.infos().size(), "holds parameters of another model");
  for (std::size_t p = 0; p < result.first.size(); ++p) {
    const Bound bound = Kernel::kParameters.infos()[p].bound;
    in.require(std::fabs(result.first[p]) <= kLargest && (bound != Bound::positive || result.first[p] > 0.0),
               "holds a parameter out of range");
  }
  in.require(kShortestFrame <= result.longest_frame && result.longest_frame <= kLongestFrame &&
                 std::ldexp(1.0, std::ilogb(result.longest_frame)) == result.longest_frame,
             "holds a frame that is none");
  const auto tau = time_constants(result.first);
  in.require(2 * kShortestFrame <= result.shortest && result.shortest <= *std::min_element(tau.begin(), tau.end()) &&
                 (!result.common || Kernel::prepare(Kernel::kParameters.read(result.first), 0.0).in_amplitude_form),
             "holds time constants that sums cannot have");
  return result;
}

}  // namespace

OrderFreeGroup::OrderFreeGroup(TimeConstants time_constants, const InputScale& scale)
    : time_constants_(std::move(time_constants)), frame_(frame_of(time_constants_)) {
  set_unit(frame_, unit_for(frame_, scale_of(scale, frame_)));
}

OrderFreeGroup::OrderFreeGroup(foundation::ByteReader& choices)
    : time_constants_(get_time_constants(choices)), frame_(frame_of(time_constants_)) {
  set_unit(frame_, get_unit(choices));
}

void OrderFreeGroup::save_choices(foundation::ByteWriter& out) const {
  out.put_all(time_constants_.first);
  out.put(time_constants_.shortest);
  out.put<std::uint8_t>(time_constants_.common ? 1 : 0);
  out.put(time_constants_.longest_frame);
  out.put(frame_.unit);
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
    rare_.push_back({.cell = population.first + n, .set = sets_.add_user(parameters, injected[n - begin])});
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

/// The start of the frame that contains `t`.
OrderFreeGroup::Instant OrderFreeGroup::frame_containing(const Instant& t) const {
  return {t.epoch, std::floor(t.offset / frame_.length) * frame_.length};
}

double OrderFreeGroup::since_start(const Instant& t) const {
  return static_cast<double>((t.epoch - frame_start_.epoch) * events::kEpoch) + (t.offset - frame_start_.offset);
}

OrderFreeGroup::Instant OrderFreeGroup::at(double x) const {
  return events::normalised<double>(frame_start_.epoch, frame_start_.offset + x);
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

// Rest

/// Exponentials decay: the potential never exceeds y_infinity and the parts whose amplitudes are positive. psi(x) is at
/// most the shorter one of its time constants.
bool OrderFreeGroup::is_quiet(std::size_t i) const {
  if (rare_[i].refractory) {
    return rare_[i].wake.epoch == kNeverWakes;
  }
  const Potential p = potential(i);
  double highest = p.y_infinity;
  const std::array<double, 3> rate = rates(frame_, i);
  for (std::size_t k = 0; k < rate.size(); ++k) {
    const bool psi = frame_.own.used && k > 0;
    highest += std::max(p.amplitude[k], 0.0) / (psi ? frame_.length * std::max(rate[0], rate[k]) : 1.0);
  }
  return !rare_[i].at_threshold && highest < -kMargin;
}

/// Checked from the neuron on that was the last one not quiet: the usual cost is that of one neuron.
bool OrderFreeGroup::is_quiet() {
  for (std::size_t checked = 0; checked < rare_.size(); ++checked) {
    not_quiet_ = not_quiet_ < rare_.size() ? not_quiet_ : 0;
    if (!is_quiet(not_quiet_)) {
      return false;
    }
    ++not_quiet_;
  }
  return true;
}

/// Neurons that do not wait for each other on their way through many frames without inputs.
struct OrderFreeGroup::Decaying {
  static constexpr std::size_t kCount = 4 * kNeuronsPerVector;
  using Numbers = std::array<double, kCount>;

  std::array<Numbers, 3> amplitude{};  ///< m, exc, inh

  /// Else they end with an epoch (end_tiny_currents()).
  [[nodiscard]] bool has_no_currents() const { return amplitude[1] == Numbers{} && amplitude[2] == Numbers{}; }
  /// What begin_frame() does with common time constants.
  void pass(const std::array<double, 3>& decay) {
    for (std::size_t a = 0; a < amplitude.size(); ++a) {
      for (double& number : amplitude[a]) {
        number *= decay[a];
      }
    }
  }
  /// And with time constants of their own. @param loss, psi see OwnConstants
  void pass(const std::array<Numbers, 3>& loss, const std::array<Numbers, 2>& psi) {
    auto& [m, exc, inh] = amplitude;
    for (std::size_t k = 0; k < kCount; ++k) {
      m[k] = m[k] + ((exc[k] * psi[0][k] + inh[k] * psi[1][k]) - m[k] * loss[0][k]);
      exc[k] = exc[k] - exc[k] * loss[1][k];
      inh[k] = inh[k] - inh[k] * loss[2][k];
    }
  }
};

/// Amplitudes after so many frames, with the same roundings as in begin_frame(). @pre frames > 0, there are no sums
/// @returns whether the last frame changed none of them
bool OrderFreeGroup::decay(std::int64_t frames) {
  bool same = true;
  const std::array<double, 3> common{frame_.decay_m, frame_.synapse[0].decay, frame_.synapse[1].decay};
  for (std::size_t begin = 0; begin < m_.size(); begin += Decaying::kCount) {
    const std::size_t count = std::min(Decaying::kCount, m_.size() - begin);
    const auto load = [&](const auto& numbers, Decaying::Numbers& some) {
      std::copy_n(numbers.data() + begin, count, some.begin());
    };
    Decaying some;
    load(m_, some.amplitude[0]);
    load(exc_, some.amplitude[1]);
    load(inh_, some.amplitude[2]);
    std::array<Decaying::Numbers, 3> loss{};
    std::array<Decaying::Numbers, 2> psi{};
    for (std::size_t a = 0; frame_.own.used && a < loss.size(); ++a) {
      load(frame_.own.loss[a], loss[a]);
    }
    for (std::size_t receptor = 0; frame_.own.used && receptor < psi.size(); ++receptor) {
      load(frame_.own.psi[receptor], psi[receptor]);
    }
    Decaying before;
    for (std::int64_t frame = 1; frame <= frames; ++frame) {
      if (frame == frames) {
        before = some;
      }
      if (frame_.own.used) {
        some.pass(loss, psi);
      } else {
        some.pass(common);
      }
    }
    same = same && before.amplitude == some.amplitude && some.has_no_currents();
    std::copy_n(some.amplitude[0].begin(), count, m_.data() + begin);
    std::copy_n(some.amplitude[1].begin(), count, exc_.data() + begin);
    std::copy_n(some.amplitude[2].begin(), count, inh_.data() + begin);
  }
  return same;
}

/// The first frame adds the sums to the amplitudes, the last one gives new reserves, and an epoch ends tiny currents.
void OrderFreeGroup::advance_quietly(const Instant& end) {
  while (!settled_ && frame_start_.epoch + 1 < end.epoch) {
    advance_quietly({frame_start_.epoch + 1, 0.0});
  }
  if (!settled_ && frame_start_.epoch < end.epoch && end.offset > 0.0) {
    advance_quietly({end.epoch, 0.0});
  }
  const Instant last = frame_containing(end);
  if (!settled_) {
    const auto frames = static_cast<std::int64_t>(since_start(last) / frame_.length);
    if (frames > 0) {
      begin_frame();
    }
    if (frames > 2) {
      settled_ = decay(frames - 2);
    }
    if (frames > 1) {
      frame_start_ = events::normalised<double>(last.epoch, last.offset - frame_.length);
      begin_frame();
    }
  }
  frame_start_ = last;
  time_ = end;
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

// What users see and change

double OrderFreeGroup::variable(std::size_t index, std::size_t variable, const double& /*t*/) {
  State<double> state = state_at(index, present());
  if (rare_[index].refractory) {
    state.y = rare_[index].refractory_y;
  }
  return Kernel::variable(constants(index), state, variable);
}

void OrderFreeGroup::set_variable(std::size_t index, std::size_t variable, double value, const double& /*t*/,
                                  Candidates& /*candidates*/) {
  const double x = present();
  RareFields& rare = rare_[index];
  State<double> state = state_at(index, x);
  if (rare.refractory) {
    state.y = rare.refractory_y;
  }
  Kernel::set_variable(constants(index), state, variable, value);
  if (rare.refractory) {
    rare.refractory_y = state.y;
  }
  set_state(index, state, x);
  arm(index, x);
}

void OrderFreeGroup::set_parameters(std::size_t index, std::span<const double> parameters, double injected,
                                    const double& /*t*/, Candidates& /*candidates*/) {
  const double x = present();
  RareFields& rare = rare_[index];
  State<double> state = state_at(index, x);
  const double threshold_before = constants(index).v_thresh;
  const bool at_reset = rare.refractory_y == constants(index).y_reset;
  rare.set = sets_.change_user(rare.set, parameters, injected);
  const Constants& c = constants(index);
  const double shift = threshold_before - c.v_thresh;
  y_infinity_[index] = c.y_infinity;
  amplitude_per_current_[index] = amplitude_per_current(frame_, c);
  if (frame_.own.used) {
    frame_.own.set(index, c, frame_.length);
  }
  state.y += shift;
  if (rare.refractory) {
    rare.refractory_y = at_reset ? c.y_reset : rare.refractory_y + shift;  // a v that the user has set is kept
  }
  set_state(index, state, x);
  arm(index, x);
}

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

std::optional<OrderFreeGroup::Instant> OrderFreeGroup::refractory_until(std::size_t index) const {
  return rare_[index].refractory ? std::optional(rare_[index].wake) : std::nullopt;
}

RemovedNeuron<double, State<double>> OrderFreeGroup::remove_neuron(std::size_t index, const double& t) {
  RareFields& rare = rare_[index];
  State<double> state = state_at(index, present());
  state.t = t;
  if (rare.refractory) {
    state.y = kRefractory;
  }
  rare.refractory = true;
  list_refractory(index);
  rare.wake = {kNeverWakes, 0.0};
  set_state(index, {0.0, 0.0, 0.0, 0.0}, present());
  arm(index, present());
  return {state, rare.refractory_y, constants(index).v_thresh, constants(index).y_reset};
}

// Checkpoints

void OrderFreeGroup::save(std::size_t index, foundation::ByteWriter& out) {
  const RareFields& rare = rare_[index];
  for (const double amplitude : {m_[index], exc_[index], inh_[index]}) {
    out.put(amplitude);
  }
  for (const std::int64_t sum : {sums_[index].m, sums_[index].exc, sums_[index].inh}) {
    out.put(sum);
  }
  out.put<std::uint8_t>(rare.refractory ? 1 : 0);
  out.put<std::uint8_t>(rare.at_threshold ? 1 : 0);
  events::put_instant(out, rare.wake);
  out.put(rare.refractory_y);
}

void OrderFreeGroup::begin_load(const Instant& now) {
  time_ = now;
  frame_start_ = frame_containing(now);
  settled_ = false;
  flagged_.clear();
  given_.slices.clear();
  refractory_list_.clear();
  for (RareFields& rare : rare_) {
    rare.listed = false;
  }
}

bool OrderFreeGroup::load(std::size_t index, foundation::ByteReader& in, const Instant& now) {
  constexpr std::int64_t kLargestInteger = std::int64_t{1} << 61U;
  RareFields& rare = rare_[index];
  for (double* const amplitude : {&m_[index], &exc_[index], &inh_[index]}) {
    *amplitude = in.get<double>();
    in.require(std::fabs(*amplitude) <= kLargest, "holds a number out of range");
  }
  for (std::int64_t* const sum : {&sums_[index].m, &sums_[index].exc, &sums_[index].inh}) {
    *sum = in.get<std::int64_t>();
    in.require(-kLargestInteger < *sum && *sum < kLargestInteger, "holds a number out of range");
  }
  rare.refractory = in.get<std::uint8_t>() != 0;
  rare.at_threshold = in.get<std::uint8_t>() != 0;
  rare.wake = events::get_instant<double>(in);
  rare.refractory_y = in.get<double>();
  in.require(std::fabs(rare.refractory_y) <= kLargest, "holds a number out of range");
  in.require(!rare.refractory || !(rare.wake < now), "holds a neuron of another time");
  if (rare.refractory) {
    list_refractory(index);
  }
  arm(index, present());
  return false;  // the end of its refractoriness is no event of the event loop
}

}  // namespace va_event::neurons::order_free
