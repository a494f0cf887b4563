// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "events/instant.hpp"
#include "network/network.hpp"

namespace va_event::engine {

/// The spike sources of one population: each of them tells when it spikes next.
template <class Real>
class SourceGroup {
 public:
  virtual ~SourceGroup() = default;
  /// The first spike of source `index` at or after `start` (parameters are read anew), if there is one.
  virtual std::optional<events::Instant<Real>> restart(std::size_t index, const events::Instant<Real>& start) = 0;
  /// The spike after the one that was returned last.
  virtual std::optional<events::Instant<Real>> next(std::size_t index) = 0;
};

/// @param population of SpikeSourcePoisson or SpikeSourceArray; must outlive the group, which reads it again in
/// restart()
template <class Real>
[[nodiscard]] std::unique_ptr<SourceGroup<Real>> make_source_group(const network::PopulationData& population,
                                                                   std::uint64_t seed);

}  // namespace va_event::engine
