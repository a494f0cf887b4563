// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "events/instant.hpp"
#include "foundation/memory.hpp"

namespace va_event::synapses {

/// What can be recorded of synapses: projection.hpp says what each of them is.
enum class SynapseVariable : std::uint8_t { weight, u, x, delivered_weight };

inline constexpr std::array<std::string_view, 4> kSynapseVariables{"weight", "u", "x", "delivered_weight"};

[[nodiscard]] constexpr std::string_view name_of(SynapseVariable variable) noexcept {
  return kSynapseVariables[static_cast<std::size_t>(variable)];
}

/// Where a synapse is in the tables of its projection.
struct SynapsePlace {
  std::size_t block = 0;
  std::size_t row = 0;      ///< of the block's table
  std::size_t synapse = 0;  ///< its number in the table
};

/// A synapse whose changes are recorded.
struct ObservedSynapse {
  SynapsePlace place;
  std::uint64_t index = 0;     ///< in the projection's order, of all processes
  std::uint8_t variables = 0;  ///< bit v: SynapseVariable v

  [[nodiscard]] bool wants(SynapseVariable variable) const noexcept {
    return ((variables >> static_cast<unsigned>(variable)) & 1U) != 0;
  }
};

/// A change of one variable of one synapse.
template <class Real>
struct SynapseChange {
  events::Instant<Real> time;  ///< at the synapse
  std::uint64_t index;         ///< of the synapse in the projection's order
  double value;                ///< just after it
  SynapseVariable variable;
};

/// The recorded changes of some synapses of one table onto one shard. A rule works changes out late, and some of them
/// twice: once when a run ends, so that users see all up to then, and again when it keeps them. So each list begins
/// where the last one ended: what is noted of earlier times is known already.
template <class Real>
class ChangesOnShard {
 public:
  using Instant = events::Instant<Real>;

  /// @param synapses  ascending by place.synapse @param from  changes before this time are not recorded
  ChangesOnShard(std::vector<ObservedSynapse> synapses, Instant from)
      : synapses_(std::move(synapses)), from_(std::move(from)) {}

  [[nodiscard]] std::span<const ObservedSynapse> synapses() const noexcept { return synapses_; }
  /// Those with numbers in [begin, end).
  [[nodiscard]] std::span<const ObservedSynapse> within(std::size_t begin, std::size_t end) const {
    const auto from = [this](std::size_t number) {
      return std::lower_bound(synapses_.begin(), synapses_.end(), number,
                              [](const ObservedSynapse& one, std::size_t n) { return one.place.synapse < n; });
    };
    return {from(begin), from(end)};
  }

  void note(const ObservedSynapse& synapse, const Instant& time, SynapseVariable variable, const Real& value) {
    if (!synapse.wants(variable) || time < from_) {
      return;
    }
    changes_.push_back({time, synapse.index, static_cast<double>(value), variable});
    if (changes_.size() % kCheckEvery == 0) {
      foundation::require_room_to_go_on("recorded changes of synapses", changes_.size(),
                                        static_cast<double>(2 * changes_.size() * sizeof(SynapseChange<Real>)));
    }
  }

  /// Hands over what was noted. @param now  all changes before it have been noted
  [[nodiscard]] std::vector<SynapseChange<Real>> take(const Instant& now) {
    from_ = now;
    return std::exchange(changes_, {});
  }

 private:
  static constexpr std::size_t kCheckEvery = std::size_t{1} << 18U;  ///< changes between looks at memory

  std::vector<ObservedSynapse> synapses_;
  Instant from_;
  std::vector<SynapseChange<Real>> changes_;
};

}  // namespace va_event::synapses
