// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace va_event::neurons {

/// The constants of the neurons of a group: one set for each distinct choice of parameters and injected current, shared
/// by all neurons that have it.
template <class Kernel>
class ParameterSets {
 public:
  using Constants = typename Kernel::Constants;

  [[nodiscard]] const Constants& operator[](std::uint32_t set) const noexcept { return constants_[set]; }
  [[nodiscard]] std::span<const Constants> all() const noexcept { return constants_; }

  /// The set of one more neuron.
  /// @param parameters in the order of the model @param injected current [nA]
  std::uint32_t add_user(std::span<const double> parameters, double injected) {
    std::vector<double> key(parameters.begin(), parameters.end());
    key.push_back(injected);
    const auto [entry, is_new] = known_.try_emplace(std::move(key), static_cast<std::uint32_t>(users_.size()));
    if (is_new) {
      constants_.push_back(Kernel::prepare(parameters, injected));
      users_.push_back(0);
    }
    ++users_[entry->second];
    return entry->second;
  }

  /// Other parameters for one of the users of `set`, from now on. @returns its set, which is its own
  std::uint32_t change_user(std::uint32_t set, std::span<const double> parameters, double injected) {
    if (users_[set] > 1) {
      --users_[set];
      set = static_cast<std::uint32_t>(users_.size());
      constants_.emplace_back();
      users_.push_back(1);
    }
    constants_[set] = Kernel::prepare(parameters, injected);
    return set;
  }

 private:
  std::vector<Constants> constants_;  ///< by set
  std::vector<std::size_t> users_;
  std::map<std::vector<double>, std::uint32_t> known_;  ///< of those that were added
};

}  // namespace va_event::neurons
