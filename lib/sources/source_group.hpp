// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "events/instant.hpp"
#include "foundation/bytes.hpp"
#include "network/network.hpp"

namespace va_event::sources {

/// What the spikes of a Poisson source follow from (poisson_train.hpp), besides the seed and the cell's id.
struct PoissonState {
  double rate;            ///< [Hz], since `changed`
  std::uint32_t changes;  ///< how often the rate has changed
  events::Instant<double> changed;
  events::Instant<double> begin, end;  ///< there are spikes from `begin` on, before `end`
};

/// The spike sources of one population: with the time of the next spike of each. Their times are doubles whatever the
/// engine counts with, so that simulations in every precision get the same input.
class SourceGroup {
 public:
  virtual ~SourceGroup() = default;
  /// The first spike of source `index` at or after `start` (parameters are read anew), if there is one.
  virtual std::optional<events::Instant<double>> restart(std::size_t index, const events::Instant<double>& start) = 0;
  /// The spike after the one that was returned last.
  virtual std::optional<events::Instant<double>> next(std::size_t index) = 0;

  /// Of a Poisson source as it is since the last restart(); nothing for others.
  [[nodiscard]] virtual std::optional<PoissonState> poisson(std::size_t /*index*/) const { return std::nullopt; }

  /// Of a source with given times: all of them, in order; null for others. Changes with the population's parameters.
  [[nodiscard]] virtual const std::vector<Time>* spike_times(std::size_t /*index*/) const { return nullptr; }

  /// Where the process of one source stands, for a checkpoint.
  virtual void save(std::size_t index, foundation::ByteWriter& out) const = 0;
  virtual void load(std::size_t index, foundation::ByteReader& in) = 0;
};

/// What simulates the sources of one model. The model's own source file makes one, with implement(), and its CellModel
/// points there. So no other code depends on the models.
struct SourceImplementation {
  std::unique_ptr<SourceGroup> (*make)(const network::PopulationData& population, std::uint64_t seed);
};

/// @tparam Group a SourceGroup that is made from a population and a seed
template <class Group>
[[nodiscard]] constexpr SourceImplementation implement() {
  return {[](const network::PopulationData& population, std::uint64_t seed) -> std::unique_ptr<SourceGroup> {
    return std::make_unique<Group>(population, seed);
  }};
}

/// @param population of spike sources; must outlive the group, which reads it again in restart()
[[nodiscard]] std::unique_ptr<SourceGroup> make_source_group(const network::PopulationData& population,
                                                             std::uint64_t seed);

}  // namespace va_event::sources
