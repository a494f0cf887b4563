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

/// The inputs of a group's neurons that their records do not contain yet: each neuron's list of numbers, and the inputs
/// that the numbers stand for, which all targets of a spike share. Numbers have 16 bits, so that a list is short; when
/// all are in use, all neurons are integrated, and numbering begins anew.
class DeferredInputsOfGroup {
 public:
  using Kernel = neurons::IfCondExpKernel<double>;
  using Constants = Kernel::Constants;
  using Constant = neurons::SetsOf<Constants>;
  using State = neurons::State<double>;

  DeferredInputsOfGroup() { begin_epoch(); }

  void reserve(std::size_t count) { deferred_.reserve(count); }
  void add_neuron() { deferred_.emplace_back(); }

  /// The record of a neuron that had no deferred inputs has been changed. @param safe  it cannot spike without an input
  void renew(std::size_t i, const Constants& c, const State& record, bool safe) {
    neurons::DeferredInputs& deferred = deferred_[i] = {.exc = record.exc, .inh = record.inh};
    deferred.set_limit(record.y == neurons::kRefractory, !safe, c.y_leak);
    known_for_ = nullptr;  // the constants may be others
  }

  /// The exponentials at the time of a neuron's record, of its last input where that is known.
  [[nodiscard]] Kernel::SharedExponentials exponentials_at(std::size_t i, const Constants& c, double t) const {
    const std::uint16_t last = deferred_[i].last;
    return last == neurons::DeferredInputs::kUnknown
               ? Kernel::exponentials_at(c, t)
               : Kernel::SharedExponentials{t, inputs_[last].decay_exc, inputs_[last].decay_inh};
  }

  void prefetch(std::size_t i) const { foundation::prefetch(&deferred_[i]); }

  [[nodiscard]] bool has_deferred(std::size_t i) const noexcept { return deferred_[i].used > 0; }
  /// Appends those of neurons begin ... end-1 that have deferred inputs.
  void append_deferring(std::uint32_t begin, std::uint32_t end, std::vector<std::uint32_t>& who) const {
    for (std::uint32_t i = begin; i < end; ++i) {
      if (has_deferred(i)) {
        who.push_back(i);
      }
    }
  }

  /// A spike onto neurons with the same constants, none of which is due.
  /// @param integrate_due, integrate_all  integrate the neurons that due() names, and all
  template <class IntegrateDue, class IntegrateAll>
  void deliver(const Constants& c, double t, std::size_t receptor, const neurons::Targets& part,
               const IntegrateDue& integrate_due, const IntegrateAll& integrate_all) {
    if (!(known_for_ == &c && known_.t == t)) {  // the parts of one spike share them
      known_ = Kernel::exponentials_at(c, t);
      known_for_ = &c;
    }
    const Kernel::SharedExponentials at = known_;
    const Kernel::DriveFactors drive(c, at.decay_exc, at.decay_inh);
    const auto onto = [&](std::span<const std::uint32_t> targets, double weight) {
      const std::uint16_t number = add(at, receptor, weight, integrate_all);
      while (!(targets = targets.subspan(
                   neurons::deliver(deferred_.data(), inputs_[number], number, drive, targets, part.offset, due_)))
                  .empty()) {
        integrate_due();
      }
    };
    if (part.weight.empty()) {
      return onto(part.index, part.constant_weight);
    }
    for (std::size_t k = 0; k < part.index.size(); ++k) {
      onto(part.index.subspan(k, 1), part.weight[k]);
      if (k + 1 < part.index.size() && part.index[k + 1] == part.index[k]) {
        integrate_due();
      }
    }
  }

  /// Inputs in the order of their times: those before the first whose neuron might spike before it, or has become due
  /// meanwhile, or has no amplitude form. @returns how many they were
  template <class IntegrateAll>
  std::size_t receive(const Constant& constants, std::span<const neurons::Input<double>> inputs,
                      const double* safe_until, const IntegrateAll& integrate_all) {
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
      neurons::DeferredInputs& deferred = deferred_[input.index];
      const bool may_have_spiked = deferred.due_at_next_input != 0 && count > 0 && !(safe_until[input.index] > input.t);
      if (!c.in_amplitude_form || may_have_spiked || deferred.due != 0) {
        break;
      }
      const std::uint16_t number =
          add({input.t, decay_exc[count], decay_inh[count]}, input.receptor, input.weight, integrate_all);
      const Kernel::DriveFactors drive(c, decay_exc[count], decay_inh[count]);
      if (neurons::receive(deferred, inputs_[number], number, drive)) {
        deferred.due = 1;
        due_.push_back(input.index);
      }
      ++count;
    }
    return count;
  }

  /// Neurons that are to be integrated now.
  [[nodiscard]] std::vector<std::uint32_t>& due() noexcept { return due_; }

  /// The functions of deferred_inputs.hpp of the same names, for these lists and inputs.
  void integrate_deferred(const Constant& constants, State* rows, double* safe_until,
                          std::span<const std::uint32_t> who, const neurons::LookLimits& limits,
                          neurons::IntegrationReport& report) {
    neurons::integrate_deferred({constants, rows, safe_until, deferred_.data()}, who, inputs_.data(), limits, report);
  }
  /// After the last of them, begin_epoch().
  void integrate_epoch(const Constant& constants, State* rows, double* safe_until, std::uint32_t first,
                       std::uint32_t count, neurons::IntegrationReport& report) {
    neurons::integrate_epoch({constants, rows, safe_until, deferred_.data()}, first, count, inputs_.data(), report);
  }

  /// Forgets all inputs. @pre no neuron has deferred inputs
  void begin_epoch() {
    inputs_.clear();
    inputs_.push_back(neurons::StoredInput::of({0.0, 1.0, 1.0}, 0, 0.0));
  }

 private:
  /// Gives an input a number. When none is left, all neurons are integrated and numbering begins anew: no record may
  /// refer to an old number then, but for that of the epoch's beginning, which stays.
  template <class IntegrateAll>
  std::uint16_t add(const Kernel::SharedExponentials& at, std::size_t receptor, double weight,
                    const IntegrateAll& integrate_all) {
    if (inputs_.size() == kMostInputs) [[unlikely]] {
      integrate_all();
      begin_epoch();
      for (neurons::DeferredInputs& deferred : deferred_) {
        if (deferred.last != neurons::DeferredInputs::kEpochBegin) {
          deferred.last = neurons::DeferredInputs::kUnknown;
        }
      }
    }
    inputs_.push_back(neurons::StoredInput::of(at, receptor, weight));
    return static_cast<std::uint16_t>(inputs_.size() - 1);
  }

  /// As many as there are numbers: in a large network more of them mean that neurons are integrated less often before
  /// they are due.
  static constexpr std::size_t kMostInputs = neurons::DeferredInputs::kMaxInputs;
  static_assert(kMostInputs <= neurons::DeferredInputs::kMaxInputs);

  foundation::LargeVector<neurons::DeferredInputs> deferred_;
  std::vector<neurons::StoredInput> inputs_;  ///< of this epoch, by number
  std::vector<std::uint32_t> due_;
  Kernel::SharedExponentials known_{};  ///< the last one
  const Constants* known_for_ = nullptr;
};

}  // namespace va_event::neurons
