// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "neurons/group/kernel_group.hpp"
#include "neurons/if_cond_exp/deferred_inputs_of_group.hpp"

namespace va_event::neurons {

/// Conductance-based neurons in doubles: an input changes a conductance at once, but v goes through the inputs only
/// when the drive at threshold becomes positive (deferred_inputs.hpp), so that the intervals of many neurons share
/// vectors. Neurons whose time constants allow no amplitude form take their inputs one by one, as in OneByOneGroup.
///
/// A neuron is due when its drive at threshold has become positive, when its list is full, or with the next input when
/// it might spike without one. Those that one spike makes due are integrated together when it has been delivered; all
/// others at the latest when the epoch ends, when users read a variable, or when the numbers of inputs are used up.
class DeferredInputsGroup final : public KernelGroup<DeferredInputsGroup, IfCondExpKernel<double>, double> {
  using Kernel = IfCondExpKernel<double>;
  using Base = KernelGroup<DeferredInputsGroup, Kernel, double>;
  friend Base;
  friend Base::Looks;

 public:
  void reserve(std::size_t count) override {
    Base::reserve(count);
    deferred_.reserve(count);
  }

  void prefetch(std::size_t i) const override {
    Base::prefetch(i);
    deferred_.prefetch(i);
  }
  void prefetch_targets(std::span<const std::uint32_t> targets, std::uint32_t offset) const override {
    for (const std::uint32_t target : targets) {
      deferred_.prefetch(offset + target);
    }
  }

  void deliver(const double& t, std::size_t receptor, std::span<const Targets> targets,
               Candidates& candidates) override {
    divide(
        targets,
        [&](std::uint32_t set, std::span<const Targets> parts) {
          if (sets_[set].in_amplitude_form) {
            deliver_in_vectors(set, t, receptor, parts, candidates);
          } else {
            deliver_with_set(set, t, receptor, parts, candidates);
          }
        },
        [&](std::span<const Targets> parts) { deliver_each(t, receptor, parts, candidates); });
  }

  std::size_t receive(std::span<const Input<double>> inputs, Candidates& candidates) override {
    std::span<const Input<double>> some = inputs;
    const SetsOf<Constants> constants = constants_of(some);
    if (const std::size_t count = deferred_.receive(constants, some, safe_.data(), [&] { integrate_all(&candidates); });
        count > 0) {
      integrate_due(constants, candidates);
      return count;
    }
    const Input<double>& input = inputs[0];
    receive_one(input.index, Kernel::exponentials_at(this->constants(input.index), input.t), input.receptor,
                input.weight, candidates);
    return 1;
  }

 private:
  /// A spike onto neurons with the parameter set number `set`, which has an amplitude form.
  void deliver_in_vectors(std::uint32_t set, double t, std::size_t receptor, std::span<const Targets> targets,
                          Candidates& candidates) {
    const SetsOf<Constants> constants{&sets_[set], nullptr};
    for (const Targets& part : targets) {
      const auto same_population = [&part](const Targets& other) { return other.offset == part.offset; };
      if (std::any_of(targets.data(), &part, same_population)) {  // a neuron that is due takes no further input
        integrate_due(constants, candidates);
      }
      deferred_.deliver(
          sets_[set], t, receptor, part, [&] { integrate_due(constants, candidates); },
          [&] { integrate_all(&candidates); });
    }
    integrate_due(constants, candidates);
  }

  /// The neurons whose lists are full, or whose drive has become positive.
  void integrate_due(const SetsOf<Constants>& constants, Candidates& candidates) {
    integrate_some(constants, deferred_.due(), &candidates);
    deferred_.due().clear();
  }

  /// Integrates the deferred inputs of some neurons, takes over what was counted and found, and offers those that may
  /// spike in the present slice. @param candidates  null: nobody is offered
  void integrate_some(const SetsOf<Constants>& constants, std::span<const std::uint32_t> who, Candidates* candidates) {
    if (who.empty()) {
      return;
    }
    report_.clear();
    const double candidates_until = candidates == nullptr ? 0.0 : candidates->slice_end();
    deferred_.integrate_deferred(constants, records_.data(), safe_.data(), who, {candidates_until, closest_.distance},
                                 report_);
    take_counts();
    for (const std::uint32_t i : who) {
      searches_.remove(rare_[i].search);
    }
    for (const NearThresholdEvent& event : report_.near_threshold) {
      record_approach_after_rise(event.index, event.state);
    }
    if (candidates != nullptr) {
      for (const std::uint32_t i : report_.new_candidates) {
        candidates->offer(safe_[i], rare_[i].cell);
      }
    }
  }

  void take_counts() {
    count(Interval::by_sign) += report_.by_sign;
    count(Interval::by_bound) += report_.by_bound;
    count(Interval::refractory) += report_.refractory;
  }

  // --- The policy of KernelGroup, which states what each of these functions is for.

  void neuron_added() { deferred_.add_neuron(); }

  /// Integrates one neuron's inputs, for a reader of its state.
  void settle_neuron(std::size_t i) {
    if (deferred_.has_deferred(i)) {
      const auto who = static_cast<std::uint32_t>(i);
      integrate_some({&constants(i), nullptr}, {&who, 1}, nullptr);
    }
  }

  /// All that have inputs waiting. (A neuron that is about to spike has none.)
  void integrate_all(Candidates* candidates) {
    for (const PopulationRanges::Range& range : ranges_.all()) {
      const auto settle_stretch = [&](const SetsOf<Constants>& constants, std::uint32_t begin, std::uint32_t end) {
        pending_.clear();
        deferred_.append_deferring(begin, end, pending_);
        integrate_some(constants, pending_, candidates);
      };
      if (range.set) {
        PopulationRanges::divide(
            range,
            [&](std::uint32_t begin, std::uint32_t end) {
              settle_stretch({&sets_[*range.set], nullptr}, begin, end);
            },
            [&](std::uint32_t i) {
              settle_stretch({&constants(i), nullptr}, i, i + 1);
            });
      } else {
        settle_stretch(constants_of_all(), range.begin, range.end);
      }
    }
    deferred_.due().clear();
  }

  void begin_epoch_of(const PopulationRanges::Range& range) {
    if (!range.set || !sets_[*range.set].in_amplitude_form) {
      for (std::uint32_t i = range.begin; i < range.end; ++i) {
        begin_epoch(i);
      }
      return;
    }
    PopulationRanges::divide(
        range,
        [&](std::uint32_t begin, std::uint32_t end) {
          report_.clear();
          deferred_.integrate_epoch({&sets_[*range.set], nullptr}, records_.data(), safe_.data(), begin, end - begin,
                                    report_);
        },
        [&](std::uint32_t i) { begin_epoch(i); });
  }

  void epoch_begun() { deferred_.begin_epoch(); }

  void record_changed(std::size_t i, bool safe = false) { deferred_.renew(i, constants(i), records_[i], safe); }

  void record_after_spike(std::size_t i, double t) {
    records_[i] = Kernel::record_with(constants(i), records_[i], kRefractory, t);
  }

  void record_after_refractoriness(std::size_t i, double t) {
    records_[i] = Kernel::record_with(constants(i), records_[i], rare_[i].refractory_y, t);
    begin_interval(i, Kernel::exponentials_at(constants(i), t));
  }

  SafeInterval<double> predict(std::size_t i, const SharedExponentials& at) {
    const auto bound = Kernel::safe_after(constants(i), records_[i], at);
    safe_[i] = records_[i].t + bound.duration;
    record_changed(i, bound.by_sign);
    return bound;
  }

  [[nodiscard]] State look_start(std::size_t i) const {
    return Kernel::state_now(constants(i), records_[i], deferred_.exponentials_at(i, constants(i), records_[i].t));
  }
  [[nodiscard]] State look(std::size_t i, const State& start, double t) const {
    State state = Kernel::advance(constants(i), start, t - start.t);
    state.t = t;
    return state;
  }

  DeferredInputsOfGroup deferred_;
  IntegrationReport report_;            ///< scratch
  std::vector<std::uint32_t> pending_;  ///< scratch: neurons with deferred inputs
};

}  // namespace va_event::neurons
