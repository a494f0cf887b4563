// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "neurons/group/kernel_group.hpp"
#include "neurons/if_curr_exp/batch.hpp"
#include "neurons/if_curr_exp/upper_bound.hpp"

namespace va_event::neurons {

/// Current-based neurons in doubles: a spike adds the same numbers to all its targets, in vectors (batch.hpp), and most
/// inputs need no look at the neuron, since an upper bound of its potential is kept as a running sum
/// (upper_bound.hpp).
class RunningBoundGroup final : public KernelGroup<RunningBoundGroup, IfCurrExpKernel<double>, double> {
  using Kernel = IfCurrExpKernel<double>;
  using Base = KernelGroup<RunningBoundGroup, Kernel, double>;
  using Vectors = Batch<Kernel>;
  friend Base;
  friend Base::Looks;

 public:
  void reserve(std::size_t count) override {
    Base::reserve(count);
    searches_.reserve(count);  // while nothing has come close yet, every neuron may come closer
  }

  void deliver(const double& t, std::size_t receptor, std::span<const Targets> targets,
               Candidates& candidates) override {
    divide(
        targets,
        [&](std::uint32_t set, std::span<const Targets> parts) {
          if (Vectors::applies(sets_[set])) {
            deliver_in_vectors(set, t, receptor, parts, candidates);
          } else {
            deliver_with_set(set, t, receptor, parts, candidates);
          }
        },
        [&](std::span<const Targets> parts) { deliver_each(t, receptor, parts, candidates); });
  }

  std::size_t receive(std::span<const Input<double>> inputs, Candidates& candidates) override {
    if (inputs.size() > 1) {
      if (const std::size_t count = receive_in_vectors(inputs, candidates); count > 0) {
        return count;
      }
    }
    const Input<double>& input = inputs[0];
    receive_one(input.index, Kernel::exponentials_at(constants(input.index), input.t), input.receptor, input.weight,
                candidates);
    return 1;
  }

 private:
  void deliver_in_vectors(std::uint32_t set, double t, std::size_t receptor, std::span<const Targets> targets,
                          Candidates& candidates) {
    std::uint64_t count = 0;
    for (const Targets& part : targets) {
      count += part.index.size();
    }
    report_.clear();
    Vectors::deliver(sets_[set], {records_.data(), safe_.data()}, {t, receptor}, targets,
                     {candidates.slice_end(), closest_.distance}, report_);
    take_report(count, candidates);
    if (t == 0.0) {
      for (const Targets& part : targets) {
        for (const std::uint32_t k : part.index) {
          begin_at_epoch(part.offset + k, t);
        }
      }
    }
  }

  /// @returns how many
  std::size_t receive_in_vectors(std::span<const Input<double>> inputs, Candidates& candidates) {
    inputs = inputs.first(std::min(inputs.size(), kMaxInputs));
    const SetsOf<Constants> constants = constants_of(inputs);
    report_.clear();
    const std::size_t count = Vectors::receive(constants, {records_.data(), safe_.data()}, inputs,
                                               {candidates.slice_end(), closest_.distance}, report_);
    take_report(count, candidates);
    for (std::size_t k = 0; k < count && inputs[k].t == 0.0; ++k) {
      begin_at_epoch(inputs[k].index, inputs[k].t);
    }
    return count;
  }

  void take_report(std::uint64_t inputs, Candidates& candidates) {
    count(Interval::by_sign) += report_.by_sign;
    count(Interval::refractory) += report_.refractory;
    count(Interval::by_bound) += inputs - report_.by_sign - report_.refractory;
    for (const std::uint32_t i : report_.again) {
      searches_.remove(rare_[i].search);
    }
    for (const std::uint32_t i : report_.near_threshold) {
      record_approach_after_rise(
          i, Kernel::state_now(constants(i), records_[i], Kernel::exponentials_at(constants(i), records_[i].t)));
      if (has_bound(i)) {
        expect_approach(i);
        candidates.offer(safe_[i], rare_[i].cell);
      }
    }
    for (const std::uint32_t i : report_.new_candidates) {
      candidates.offer(safe_[i], rare_[i].cell);
    }
  }

  // --- The policy of KernelGroup

  void begin_epoch_of(const PopulationRanges::Range& range) {
    const auto one_by_one = [this](std::uint32_t begin, std::uint32_t end) {
      for (std::uint32_t i = begin; i < end; ++i) {
        begin_epoch(i);
      }
    };
    if (!range.set || !Vectors::applies(sets_[*range.set])) {
      one_by_one(range.begin, range.end);
      return;
    }
    PopulationRanges::divide(
        range,
        [&](std::uint32_t begin, std::uint32_t end) {
          report_.clear();
          Vectors::next_epoch(sets_[*range.set], {records_.data() + begin, safe_.data() + begin}, end - begin,
                              {-1.0, closest_.distance}, report_);
          for (const std::uint32_t i : report_.near_threshold) {
            expect_approach(begin + i);
          }
        },
        [&](std::uint32_t i) { begin_epoch(i); });
  }

  void record_after_spike(std::size_t i, double t) {
    records_[i] = Kernel::record_after_spike(constants(i), records_[i], t);
  }

  void record_after_refractoriness(std::size_t i, double t) {
    const SharedExponentials at = Kernel::exponentials_at(constants(i), t);
    records_[i] = Kernel::record_after_refractoriness(constants(i), records_[i], at, rare_[i].refractory_y);
    begin_interval(i, at);
  }

  SafeInterval<double> predict(std::size_t i, const SharedExponentials& at) {
    const auto bound = Kernel::look(constants(i), records_[i], at);
    safe_[i] = records_[i].t + bound.duration;
    expect_approach(i);
    return bound;
  }

  [[nodiscard]] const Record& look_start(std::size_t i) const { return records_[i]; }
  [[nodiscard]] State look(std::size_t i, const Record& start, double t) const {
    return Kernel::state_at(constants(i), start, t);
  }

  [[nodiscard]] bool has_bound(std::size_t i) const noexcept { return records_[i].upper_bound < 0 && !refractory(i); }

  /// That is to be noted, unless an event comes first. Only what is reported depends on this.
  void expect_approach(std::size_t i) {
    if (!has_bound(i) || records_[i].upper_bound < -closest_.distance) {
      return;
    }
    Search<double>& search = searches_.find_or_add(rare_[i].search, records_[i].t);
    search.approach = {};
    static_cast<void>(first_crossing(i, search.approach));
    search.approaches = true;
    safe_[i] = search.approach.time;  // +inf: none
  }

  void searched(std::size_t i) { records_[i].upper_bound = upper_bound::kAlreadySearched; }

  void save_bound(std::size_t i, foundation::ByteWriter& out) const {  // the last event says whether there is none
    foundation::put_number(out, has_bound(i) || refractory(i) ? records_[i].upper_bound : upper_bound::kNone);
  }
  void load_bound(std::size_t i, foundation::ByteReader& in) {
    const double bound = foundation::get_number<double>(in);
    const State state = Kernel::state_at(constants(i), records_[i], records_[i].t);
    in.require(refractory(i) ? bound == bound
                             : bound == upper_bound::kNone || bound == upper_bound::kAlreadySearched ||
                                   (bound < 0.0 && bound >= state.y),
               "holds a bound below the potential");
    records_[i].upper_bound = bound;
  }

  BatchReport report_;
};

}  // namespace va_event::neurons
