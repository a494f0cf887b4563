// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <span>

#include "foundation/bytes.hpp"
#include "neurons/group/unit_of_sums.hpp"
#include "neurons/if_curr_delta/order_free/order_free_group.hpp"

namespace va_event::neurons::delta_order_free {

// What users see and change

double OrderFreeGroup::variable(std::size_t index, std::size_t variable, const double& /*t*/) {
  return Kernel::variable(constants(index), {y_at(index, present()), 0.0, 0.0, 0.0}, variable);
}

void OrderFreeGroup::set_variable(std::size_t index, std::size_t variable, double value, const double& /*t*/,
                                  Candidates& /*candidates*/) {
  State<double> state{y_at(index, present()), 0.0, 0.0, 0.0};
  Kernel::set_variable(constants(index), state, variable, value);
  set_y(index, state.y, present());
}

void OrderFreeGroup::set_parameters(std::size_t index, std::span<const double> parameters, double injected,
                                    const double& /*t*/, Candidates& /*candidates*/) {
  const double y = y_at(index, present());
  NeuronInFrames& rare = rare_[index];
  const double threshold_before = constants(index).v_thresh;
  const bool at_reset = rare.refractory && y == constants(index).y_reset;
  rare.set = sets_.change_user(rare.set, parameters, injected);
  constants_changed(index);
  // A v that the user has set while the neuron is refractory is kept.
  set_y(index, at_reset ? constants(index).y_reset : y + (threshold_before - constants(index).v_thresh), present());
}

RemovedNeuron<double, State<double>> OrderFreeGroup::remove_neuron(std::size_t index, const double& t) {
  NeuronInFrames& rare = rare_[index];
  const double y = y_at(index, present());
  const RemovedNeuron<double, State<double>> last{{rare.refractory ? kRefractory : y, 0.0, 0.0, t},
                                                  rare.refractory_y,
                                                  constants(index).v_thresh,
                                                  constants(index).y_reset};
  rare.refractory = true;
  rare.wake = {kNeverWakes, 0.0};
  set_y(index, constants(index).y_reset, present());
  return last;
}

// Checkpoints

OrderFreeGroup::OrderFreeGroup(foundation::ByteReader& choices) {
  const auto tau_m = choices.get<double>();
  choices.require(kShortestTau <= tau_m && tau_m < 1e100, "holds a parameter out of range");
  const bool own = choices.get<std::uint8_t>() != 0;
  frame_ = frame_for(tau_m, own);
  set_frame_length(frame_.length);
  set_unit(frame_, get_unit(choices));
}

void OrderFreeGroup::save_choices(foundation::ByteWriter& out) const {
  out.put(frame_.tau_m);
  out.put<std::uint8_t>(frame_.own ? 1 : 0);
  out.put(frame_.unit);
}
void OrderFreeGroup::save(std::size_t index, foundation::ByteWriter& out) {
  const NeuronInFrames& rare = rare_[index];
  out.put(rare.refractory ? 0.0 : amplitude_[index]);
  out.put(rare.refractory ? std::int64_t{0} : sum_of(raising_[index], lowering_[index]));
  save_rare(rare, out);
}

void OrderFreeGroup::begin_load(const Instant& now) {
  begin_load_of_frames(now);
  wakes_.clear();
  slices_.clear();
  at_once_.clear();
  singles_.clear();
  arrivals_.clear();
}

bool OrderFreeGroup::load(std::size_t index, foundation::ByteReader& in, const Instant& now) {
  constexpr std::int64_t kLargestInteger = std::int64_t{1} << 62U;
  NeuronInFrames& rare = rare_[index];
  amplitude_[index] = in.get<double>();
  in.require(std::fabs(amplitude_[index]) <= kLargest, "holds a number out of range");
  raising_[index] = in.get<std::int64_t>();
  lowering_[index] = 0;
  in.require(-kLargestInteger <= raising_[index] && raising_[index] <= kLargestInteger, "holds a number out of range");
  load_rare(rare, in, now);
  if (rare.refractory) {
    amplitude_[index] = kNone;
    wait_for_wake(index);
  }
  return false;  // the end of its refractoriness is no event of the event loop
}

}  // namespace va_event::neurons::delta_order_free
