// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <span>

#include "foundation/bytes.hpp"
#include "neurons/group/unit_of_sums.hpp"
#include "neurons/if_curr_exp/order_free/order_free_group.hpp"

namespace va_event::neurons::order_free {

namespace {

/// What save_choices() wrote of them.
TimeConstants get_time_constants(foundation::ByteReader& in) {
  constexpr double kLargest = 1e100;
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

OrderFreeGroup::OrderFreeGroup(foundation::ByteReader& choices)
    : time_constants_(get_time_constants(choices)), frame_(frame_of(time_constants_)) {
  set_frame_length(frame_.length);
  set_unit(frame_, get_unit(choices));
}

void OrderFreeGroup::save_choices(foundation::ByteWriter& out) const {
  out.put_all(time_constants_.first);
  out.put(time_constants_.shortest);
  out.put<std::uint8_t>(time_constants_.common ? 1 : 0);
  out.put(time_constants_.longest_frame);
  out.put(frame_.unit);
}
void OrderFreeGroup::save(std::size_t index, foundation::ByteWriter& out) {
  for (const double amplitude : {m_[index], exc_[index], inh_[index]}) {
    out.put(amplitude);
  }
  for (const std::int64_t sum : {sums_[index].m, sums_[index].exc, sums_[index].inh}) {
    out.put(sum);
  }
  save_rare(rare_[index], out);
}

void OrderFreeGroup::begin_load(const Instant& now) {
  begin_load_of_frames(now);
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
  load_rare(rare, in, now);
  if (rare.refractory) {
    list_refractory(index);
  }
  arm(index, present());
  return false;  // the end of its refractoriness is no event of the event loop
}

}  // namespace va_event::neurons::order_free
