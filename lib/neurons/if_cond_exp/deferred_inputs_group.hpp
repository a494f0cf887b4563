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
/// vectors.
class DeferredInputsGroup final : public KernelGroup<DeferredInputsGroup, IfCondExpKernel<double>, double> {
  using Kernel = IfCondExpKernel<double>;
  using Base = KernelGroup<DeferredInputsGroup, Kernel, double>;
  friend Base;

 public:
  void reserve(std::size_t count) override {
    Base::reserve(count);
    backlogs_.reserve(count);
  }

  void prefetch(std::size_t i) const override {
    Base::prefetch(i);
    backlogs_.prefetch(i);
  }
  void prefetch_targets(std::span<const std::uint32_t> targets, std::uint32_t offset) const override {
    for (const std::uint32_t target : targets) {
      backlogs_.prefetch(offset + target);
    }
  }

  void deliver(const double& t, std::size_t receptor, std::span<const Targets> targets,
               Candidates& candidates) override {
    divide(
        targets,
        [&](std::uint32_t set, std::span<const Targets> parts) {
          if (sets_[set].framed) {
            deliver_in_vectors(set, t, receptor, parts, candidates);
          } else {
            const Moment at = Kernel::moment(sets_[set], t);
            for (const Targets& part : parts) {
              for (std::size_t k = 0; k < part.index.size(); ++k) {
                receive_one(part.offset + part.index[k], at, receptor, part.weight_of(k), candidates);
              }
            }
          }
        },
        [&](std::span<const Targets> parts) { deliver_each(t, receptor, parts, candidates); });
  }

  std::size_t receive(std::span<const Input<double>> inputs, Candidates& candidates) override {
    std::span<const Input<double>> some = inputs;
    const SetsOf<Constants> constants = constants_of(some);
    if (const std::size_t count = backlogs_.receive(constants, some, safe_.data(), [&] { settle_all(&candidates); });
        count > 0) {
      settle_due(constants, candidates);
      return count;
    }
    const Input<double>& input = inputs[0];
    receive_one(input.index, Kernel::moment(this->constants(input.index), input.t), input.receptor, input.weight,
                candidates);
    return 1;
  }

 private:
  void deliver_in_vectors(std::uint32_t set, double t, std::size_t receptor, std::span<const Targets> targets,
                          Candidates& candidates) {
    const SetsOf<Constants> constants{&sets_[set], nullptr};
    for (const Targets& part : targets) {
      const auto same_population = [&part](const Targets& other) { return other.offset == part.offset; };
      if (std::any_of(targets.data(), &part, same_population)) {  // a neuron that is due takes no further input
        settle_due(constants, candidates);
      }
      backlogs_.deliver(
          sets_[set], t, receptor, part, [&] { settle_due(constants, candidates); }, [&] { settle_all(&candidates); });
    }
    settle_due(constants, candidates);
  }

  /// Neurons with parameters of their own.
  void deliver_each(double t, std::size_t receptor, std::span<const Targets> targets, Candidates& candidates) {
    const auto flush = [&] {
      for (std::span<const Input<double>> left = inputs_; !left.empty();) {
        left = left.subspan(receive(left, candidates));
      }
      inputs_.clear();
    };
    for (const Targets& part : targets) {
      for (std::size_t k = 0; k < part.index.size(); ++k) {
        inputs_.push_back({t, part.weight_of(k), part.offset + part.index[k], static_cast<std::uint32_t>(receptor)});
        if (inputs_.size() == kMaxInputs) {
          flush();
        }
      }
    }
    flush();
  }

  /// The neurons whose lists are full, or whose drive has become positive.
  void settle_due(const SetsOf<Constants>& constants, Candidates& candidates) {
    settle_some(constants, backlogs_.due(), &candidates);
    backlogs_.due().clear();
  }

  void settle_some(const SetsOf<Constants>& constants, std::span<const std::uint32_t> who, Candidates* candidates) {
    if (who.empty()) {
      return;
    }
    report_.clear();
    const double noticed_until = candidates == nullptr ? 0.0 : candidates->slice_end();
    backlogs_.settle(constants, rows_.data(), safe_.data(), who, {noticed_until, closest_.distance}, report_);
    take_counts();
    for (const std::uint32_t i : who) {
      searches_.remove(cold_[i].search);
    }
    for (const NearEvent& event : report_.near) {
      note_fall(event.index, event.state);
    }
    if (candidates != nullptr) {
      for (const std::uint32_t i : report_.noticed) {
        candidates->offer(safe_[i], cold_[i].cell);
      }
    }
  }

  void take_counts() {
    count(Interval::by_sign) += report_.by_sign;
    count(Interval::by_bound) += report_.by_bound;
    count(Interval::refractory) += report_.refractory;
  }

  // --- The policy of KernelGroup

  void neuron_added() { backlogs_.add_neuron(); }

  void settle_neuron(std::size_t i) {
    if (backlogs_.pending(i)) {
      const auto who = static_cast<std::uint32_t>(i);
      settle_some({&constants(i), nullptr}, {&who, 1}, nullptr);
    }
  }

  /// All that have inputs waiting. (A neuron that is about to spike has none.)
  void settle_all(Candidates* candidates) {
    for (const PopulationRanges::Range& range : ranges_.all()) {
      const auto settle_stretch = [&](const SetsOf<Constants>& constants, std::uint32_t begin, std::uint32_t end) {
        pending_.clear();
        backlogs_.append_pending(begin, end, pending_);
        settle_some(constants, pending_, candidates);
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
    backlogs_.due().clear();
  }

  void begin_epoch_of(const PopulationRanges::Range& range) {
    if (!range.set || !sets_[*range.set].framed) {
      for (std::uint32_t i = range.begin; i < range.end; ++i) {
        begin_epoch(i);
      }
      return;
    }
    PopulationRanges::divide(
        range,
        [&](std::uint32_t begin, std::uint32_t end) {
          report_.clear();
          backlogs_.settle_epoch({&sets_[*range.set], nullptr}, rows_.data(), safe_.data(), begin, end - begin,
                                 report_);
        },
        [&](std::uint32_t i) { begin_epoch(i); });
  }

  void epoch_begun() { backlogs_.begin_epoch(); }

  void record_changed(std::size_t i, bool safe = false) { backlogs_.renew(i, constants(i), rows_[i], safe); }

  void hold(std::size_t i, double t) { rows_[i] = Kernel::row_with(constants(i), rows_[i], kHeld, t); }

  void awake(std::size_t i, double t) {
    rows_[i] = Kernel::row_with(constants(i), rows_[i], cold_[i].refractory_y, t);
    begin_interval(i, Kernel::moment(constants(i), t));
  }

  SafeInterval<double> predict(std::size_t i, const Moment& at) {
    const auto bound = Kernel::safe_after(constants(i), rows_[i], at);
    safe_[i] = rows_[i].t + bound.duration;
    record_changed(i, bound.by_sign);
    return bound;
  }

  [[nodiscard]] State look_start(std::size_t i) const {
    return Kernel::state_now(constants(i), rows_[i], backlogs_.moment(i, constants(i), rows_[i].t));
  }
  [[nodiscard]] State look(std::size_t i, const State& start, double t) const {
    State state = Kernel::advance(constants(i), start, t - start.t);
    state.t = t;
    return state;
  }

  Backlogs backlogs_;
  BacklogReport report_;
  std::vector<std::uint32_t> pending_;
  std::vector<Input<double>> inputs_;
};

}  // namespace va_event::neurons
