// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "neurons/group/kernel_group.hpp"
#include "neurons/if_curr_exp/batch.hpp"
#include "neurons/if_curr_exp/running_bound.hpp"

namespace va_event::neurons {

/// Current-based neurons in doubles: a spike adds the same numbers to all its targets, in vectors (batch.hpp), and most
/// inputs need no look at the neuron, since an upper bound of its potential is kept as a running sum
/// (running_bound.hpp).
class RunningBoundGroup final : public KernelGroup<RunningBoundGroup, IfCurrExpKernel<double>, double> {
  using Kernel = IfCurrExpKernel<double>;
  using Base = KernelGroup<RunningBoundGroup, Kernel, double>;
  using Vectors = Batch<Kernel>;
  friend Base;

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
    if (inputs.size() > 1) {
      if (const std::size_t count = receive_in_vectors(inputs, candidates); count > 0) {
        return count;
      }
    }
    const Input<double>& input = inputs[0];
    receive_one(input.index, Kernel::moment(constants(input.index), input.t), input.receptor, input.weight, candidates);
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
    Vectors::deliver(sets_[set], {rows_.data(), safe_.data()}, {t, receptor}, targets,
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
    const std::size_t count = Vectors::receive(constants, {rows_.data(), safe_.data()}, inputs,
                                               {candidates.slice_end(), closest_.distance}, report_);
    take_report(count, candidates);
    for (std::size_t k = 0; k < count && inputs[k].t == 0.0; ++k) {
      begin_at_epoch(inputs[k].index, inputs[k].t);
    }
    return count;
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

  void take_report(std::uint64_t inputs, Candidates& candidates) {
    count(Interval::by_sign) += report_.by_sign;
    count(Interval::refractory) += report_.refractory;
    count(Interval::by_bound) += inputs - report_.by_sign - report_.refractory;
    for (const std::uint32_t i : report_.again) {
      searches_.remove(cold_[i].search);
    }
    for (const std::uint32_t i : report_.near) {
      note_fall(i, Kernel::state_now(constants(i), rows_[i], Kernel::moment(constants(i), rows_[i].t)));
      if (has_bound(i)) {
        expect_approach(i);
        candidates.offer(safe_[i], cold_[i].cell);
      }
    }
    for (const std::uint32_t i : report_.noticed) {
      candidates.offer(safe_[i], cold_[i].cell);
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
          Vectors::next_epoch(sets_[*range.set], {rows_.data() + begin, safe_.data() + begin}, end - begin,
                              {-1.0, closest_.distance}, report_);
          for (const std::uint32_t i : report_.near) {
            expect_approach(begin + i);
          }
        },
        [&](std::uint32_t i) { begin_epoch(i); });
  }

  void hold(std::size_t i, double t) { rows_[i] = Kernel::hold(constants(i), rows_[i], t); }

  void awake(std::size_t i, double t) {
    const Moment at = Kernel::moment(constants(i), t);
    rows_[i] = Kernel::awake(constants(i), rows_[i], at, cold_[i].refractory_y);
    begin_interval(i, at);
  }

  SafeInterval<double> predict(std::size_t i, const Moment& at) {
    const auto bound = Kernel::look(constants(i), rows_[i], at);
    safe_[i] = rows_[i].t + bound.duration;
    expect_approach(i);
    return bound;
  }

  [[nodiscard]] const Row& look_start(std::size_t i) const { return rows_[i]; }
  [[nodiscard]] State look(std::size_t i, const Row& start, double t) const {
    return Kernel::state_at(constants(i), start, t);
  }

  [[nodiscard]] bool has_bound(std::size_t i) const noexcept { return rows_[i].reserve < 0 && !refractory(i); }

  /// That is to be noted, unless an event comes first. Only what is reported depends on this.
  void expect_approach(std::size_t i) {
    if (!has_bound(i) || rows_[i].reserve < -closest_.distance) {
      return;
    }
    Search<double>& search = searches_.find_or_add(cold_[i].search, rows_[i].t);
    search.decision = {};
    static_cast<void>(first_crossing(i, search.decision));
    search.approaches = true;
    safe_[i] = search.decision.time;  // +inf: none
  }

  void searched(std::size_t i) { rows_[i].reserve = reserve::kSearched; }

  void save_bound(std::size_t i, foundation::ByteWriter& out) const {  // the last event says whether there is none
    foundation::put_number(out, has_bound(i) || refractory(i) ? rows_[i].reserve : reserve::kNone);
  }
  void load_bound(std::size_t i, foundation::ByteReader& in) {
    const double bound = foundation::get_number<double>(in);
    const State state = Kernel::state_at(constants(i), rows_[i], rows_[i].t);
    in.require(refractory(i)
                   ? bound == bound
                   : bound == reserve::kNone || bound == reserve::kSearched || (bound < 0.0 && bound >= state.y),
               "holds a bound below the potential");
    rows_[i].reserve = bound;
  }

  BatchReport report_;
  std::vector<Input<double>> inputs_;
};

}  // namespace va_event::neurons
