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
/// by all neurons that have it. A neuron that returns to a choice that others still have shares theirs again.
template <class Kernel>
class ParameterSets {
 public:
  using Constants = typename Kernel::Constants;

  [[nodiscard]] const Constants& operator[](std::uint32_t set) const noexcept { return constants_[set]; }
  [[nodiscard]] std::span<const Constants> all() const noexcept { return constants_; }

  /// The set of one more neuron.
  /// @param parameters in the order of the model @param injected current [nA]
  std::uint32_t add_user(std::span<const double> parameters, double injected) {
    const auto [entry, is_new] = known_.try_emplace(key_of(parameters, injected));
    if (is_new) {
      entry->second = new_set(parameters, injected);
      keys_[entry->second] = entry->first;
    }
    ++users_[entry->second];
    return entry->second;
  }

  /// Other parameters for one of the users of `set`, from now on. @returns its set
  std::uint32_t change_user(std::uint32_t set, std::span<const double> parameters, double injected) {
    if (const auto same = known_.find(key_of(parameters, injected)); same != known_.end()) {
      leave(set);
      ++users_[same->second];
      return same->second;
    }
    if (users_[set] > 1) {
      --users_[set];
      set = new_set(parameters, injected);
      ++users_[set];
    } else {  // in its place
      known_.erase(keys_[set]);
      keys_[set].clear();
      constants_[set] = prepare(parameters, injected);
    }
    return set;
  }

 private:
  using Key = std::vector<double>;

  static Key key_of(std::span<const double> parameters, double injected) {
    Key key(parameters.begin(), parameters.end());
    key.push_back(injected);
    return key;
  }

  static Constants prepare(std::span<const double> parameters, double injected) {
    return Kernel::prepare(Kernel::kParameters.read(parameters), injected);
  }

  std::uint32_t new_set(std::span<const double> parameters, double injected) {
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(users_.size()));
      constants_.emplace_back();
      users_.push_back(0);
      keys_.emplace_back();
    }
    const std::uint32_t set = free_.back();
    free_.pop_back();
    constants_[set] = prepare(parameters, injected);
    return set;
  }

  /// A set of one neuron alone is free when that leaves it: currents may change any number of times.
  void leave(std::uint32_t set) {
    if (--users_[set] == 0 && keys_[set].empty()) {
      free_.push_back(set);
    }
  }

  std::vector<Constants> constants_;  ///< by set
  std::vector<std::size_t> users_;
  std::vector<Key> keys_;               ///< by set; empty: not in known_
  std::map<Key, std::uint32_t> known_;  ///< of those that were added
  std::vector<std::uint32_t> free_;
};

}  // namespace va_event::neurons
