// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "neurons/group/kernel_group.hpp"

namespace va_event::neurons {

/// Each input is taken by itself, in the order of time: the policy of every model and number type that has no faster
/// one, and what the faster ones are compared with.
template <class Kernel, class Real>
class OneByOneGroup final : public KernelGroup<OneByOneGroup<Kernel, Real>, Kernel, Real> {
  using Base = KernelGroup<OneByOneGroup, Kernel, Real>;
  friend Base;
  friend typename Base::Looks;

 public:
  using typename Base::Candidates;
  using typename Base::Record;
  using typename Base::SharedExponentials;
  using typename Base::State;

  void deliver(const Real& t, std::size_t receptor, std::span<const TargetsOf<Real>> targets,
               Candidates& candidates) override {
    this->divide(
        targets,
        [&](std::uint32_t set, std::span<const TargetsOf<Real>> parts) {
          this->deliver_with_set(set, t, receptor, parts, candidates);
        },
        [&](std::span<const TargetsOf<Real>> parts) {
          for_each_target(parts, [&](std::uint32_t i, const Real& weight) {
            this->receive_one(i, Kernel::exponentials_at(this->constants(i), t), receptor, weight, candidates);
          });
        });
  }

  std::size_t receive(std::span<const Input<Real>> inputs, Candidates& candidates) override {
    const Real begin = inputs[0].t;
    std::size_t count = 0;
    do {
      const Input<Real>& input = inputs[count];
      this->receive_one(input.index, Kernel::exponentials_at(this->constants(input.index), input.t), input.receptor,
                        input.weight, candidates);
      ++count;
    } while (count < inputs.size() &&
             this->records_[inputs[count].index].t<begin&& this->safe_[inputs[count].index]> inputs[count].t);
    return count;
  }

 private:
  void begin_epoch_of(const PopulationRanges::Range& range) {
    for (std::uint32_t i = range.begin; i < range.end; ++i) {
      this->begin_epoch(i);
    }
  }

  void record_after_spike(std::size_t i, const Real& t) {
    State state = Kernel::refractory_at(this->constants(i), this->records_[i], t);
    Kernel::after_spike(this->constants(i), state);
    this->records_[i] = Kernel::record_of(this->constants(i), state);
  }

  void record_after_refractoriness(std::size_t i, const Real& t) {
    State state = Kernel::refractory_at(this->constants(i), this->records_[i], t);
    state.y = this->rare_[i].refractory_y;
    this->begin_interval(i, state);
  }

  SafeInterval<Real> predict(std::size_t i, const SharedExponentials& at) {
    const auto bound = Kernel::safe_after(this->constants(i), this->records_[i], at);
    this->safe_[i] = this->records_[i].t + bound.duration;
    return bound;
  }

  [[nodiscard]] const Record& look_start(std::size_t i) const { return this->records_[i]; }
  [[nodiscard]] State look(std::size_t i, const Record& start, const Real& t) const {
    return Kernel::state_at(this->constants(i), start, t);
  }
};

}  // namespace va_event::neurons
