// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "foundation/large_pages.hpp"
#include "foundation/prefetch.hpp"
#include "neurons/if_cond_exp/deferred_inputs.hpp"

namespace va_event::neurons {

/// The inputs of a group's neurons that their records do not know of.
class Backlogs {
 public:
  using Kernel = neurons::IfCondExpKernel<double>;
  using Constants = Kernel::Constants;
  using Constant = neurons::SetsOf<Constants>;
  using State = neurons::State<double>;

  Backlogs() { begin_epoch(); }

  void reserve(std::size_t count) { backlog_.reserve(count); }
  void add_neuron() { backlog_.emplace_back(); }

  /// The row of a neuron that had no backlog has been changed. @param safe  it cannot spike without an input
  void renew(std::size_t i, const Constants& c, const State& row, bool safe) {
    neurons::Backlog& backlog = backlog_[i] = {.exc = row.exc, .inh = row.inh};
    backlog.set_limit(row.y == neurons::kHeld, !safe, c.y_leak);
    known_for_ = nullptr;  // the constants may be others
  }

  /// The moment of a neuron's row.
  [[nodiscard]] Kernel::Moment moment(std::size_t i, const Constants& c, double t) const {
    const std::uint16_t last = backlog_[i].last;
    return last == neurons::Backlog::kUnknown ? Kernel::moment(c, t)
                                              : Kernel::Moment{t, inputs_[last].decay_exc, inputs_[last].decay_inh};
  }

  void prefetch(std::size_t i) const { foundation::prefetch(&backlog_[i]); }

  [[nodiscard]] bool pending(std::size_t i) const noexcept { return backlog_[i].used > 0; }
  /// Of neurons begin ... end-1.
  void append_pending(std::uint32_t begin, std::uint32_t end, std::vector<std::uint32_t>& who) const {
    for (std::uint32_t i = begin; i < end; ++i) {
      if (pending(i)) {
        who.push_back(i);
      }
    }
  }

  /// A spike onto neurons with the same constants, none of which is due.
  /// @param settle_due, settle_all  settle the neurons that due() names, and all
  template <class SettleDue, class SettleAll>
  void deliver(const Constants& c, double t, std::size_t receptor, const neurons::Targets& part,
               const SettleDue& settle_due, const SettleAll& settle_all) {
    if (!(known_for_ == &c && known_.t == t)) {  // the parts of one spike share them
      known_ = Kernel::moment(c, t);
      known_for_ = &c;
    }
    const Kernel::Moment at = known_;
    const Kernel::DriveFactors drive(c, at.decay_exc, at.decay_inh);
    const auto onto = [&](std::span<const std::uint32_t> targets, double weight) {
      const std::uint16_t number = add(at, receptor, weight, settle_all);
      while (!(targets = targets.subspan(
                   neurons::deliver(backlog_.data(), inputs_[number], number, drive, targets, part.offset, due_)))
                  .empty()) {
        settle_due();
      }
    };
    if (part.weight.empty()) {
      return onto(part.index, part.constant_weight);
    }
    for (std::size_t k = 0; k < part.index.size(); ++k) {
      onto(part.index.subspan(k, 1), part.weight[k]);
      if (k + 1 < part.index.size() && part.index[k + 1] == part.index[k]) {
        settle_due();
      }
    }
  }

  /// Inputs in the order of their times: those before the first whose neuron might spike before it, or has become due
  /// meanwhile, or has no frame. @returns how many they were
  template <class SettleAll>
  std::size_t receive(const Constant& constants, std::span<const neurons::Input<double>> inputs,
                      const double* safe_until, const SettleAll& settle_all) {
    std::array<double, neurons::kMaxInputs> decay_exc, decay_inh;
    inputs = inputs.first(std::min(inputs.size(), neurons::kMaxInputs));
    for (const neurons::Input<double>& input : inputs) {
      prefetch(input.index);
      if (constants.set_of != nullptr) {
        foundation::prefetch(std::as_bytes(std::span(&constants[input.index], 1)));
      }
    }
    neurons::find_decays(constants, inputs, decay_exc.data(), decay_inh.data());
    std::size_t count = 0;
    for (const neurons::Input<double>& input : inputs) {
      const Constants& c = constants[input.index];
      neurons::Backlog& backlog = backlog_[input.index];
      const bool may_have_spiked = backlog.armed != 0 && count > 0 && !(safe_until[input.index] > input.t);
      if (!c.framed || may_have_spiked || backlog.due != 0) {
        break;
      }
      const std::uint16_t number =
          add({input.t, decay_exc[count], decay_inh[count]}, input.receptor, input.weight, settle_all);
      const Kernel::DriveFactors drive(c, decay_exc[count], decay_inh[count]);
      if (neurons::receive(backlog, inputs_[number], number, drive)) {
        backlog.due = 1;
        due_.push_back(input.index);
      }
      ++count;
    }
    return count;
  }

  /// Neurons that are to be settled now.
  [[nodiscard]] std::vector<std::uint32_t>& due() noexcept { return due_; }

  void settle(const Constant& constants, State* rows, double* safe_until, std::span<const std::uint32_t> who,
              const neurons::Watch& watch, neurons::BacklogReport& report) {
    neurons::settle({constants, rows, safe_until, backlog_.data()}, who, inputs_.data(), watch, report);
  }
  /// After the last of them, begin_epoch().
  void settle_epoch(const Constant& constants, State* rows, double* safe_until, std::uint32_t first,
                    std::uint32_t count, neurons::BacklogReport& report) {
    neurons::settle_epoch({constants, rows, safe_until, backlog_.data()}, first, count, inputs_.data(), report);
  }

  /// Forgets all inputs. @pre no neuron has a backlog
  void begin_epoch() {
    inputs_.clear();
    inputs_.push_back(neurons::PastInput::of({0.0, 1.0, 1.0}, 0, 0.0));
  }

 private:
  template <class SettleAll>
  std::uint16_t add(const Kernel::Moment& at, std::size_t receptor, double weight, const SettleAll& settle_all) {
    if (inputs_.size() == kMostInputs) [[unlikely]] {
      settle_all();
      begin_epoch();
      for (neurons::Backlog& backlog : backlog_) {
        if (backlog.last != neurons::Backlog::kEpochBegin) {
          backlog.last = neurons::Backlog::kUnknown;
        }
      }
    }
    inputs_.push_back(neurons::PastInput::of(at, receptor, weight));
    return static_cast<std::uint16_t>(inputs_.size() - 1);
  }

  /// As many as there are numbers: in a large network more of them mean fewer settlements before their time.
  static constexpr std::size_t kMostInputs = neurons::Backlog::kMaxInputs;
  static_assert(kMostInputs <= neurons::Backlog::kMaxInputs);

  foundation::LargeVector<neurons::Backlog> backlog_;
  std::vector<neurons::PastInput> inputs_;  ///< of this epoch, by number
  std::vector<std::uint32_t> due_;
  Kernel::Moment known_{};  ///< the last one
  const Constants* known_for_ = nullptr;
};

}  // namespace va_event::neurons
