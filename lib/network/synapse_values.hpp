// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "network/projection_context.hpp"
#include "random/purposes.hpp"
#include "va_event/cell_types.hpp"
#include "va_event/values.hpp"

namespace va_event::network {

/// Weights and delays of synapses: from the user's `Values` to checked numbers, one for each synapse that a connector
/// did not give its own.

/// Stands for a weight or delay that a connector leaves to the projection. Smaller than all that are allowed, so that
/// sorting puts it first.
inline constexpr double kProjectionsOwn = -std::numeric_limits<double>::infinity();

/// The weight, with -0.0 turned into 0.0 (equal weights must have equal bits).
/// @throws ParameterError unless it is finite, and >= 0 for a conductance-based target.
[[nodiscard]] double checked_weight(double weight, const CellModel& target);

/// @throws ParameterError unless 0 < delay < infinity [ms].
[[nodiscard]] double checked_delay(double delay);

/// The weights or the delays of a projection's synapses.
class SynapseValues {
 public:
  /// Keeps references to `values` and `context`. @throws SizeError for an array that is not n_pre * n_post long
  SynapseValues(const Values& values, std::string_view field, random::Purpose purpose,
                const ProjectionContext& context);

  [[nodiscard]] const double* constant() const noexcept { return values_.constant(); }

  /// Fills in those of the values of one column that are kProjectionsOwn. Random ones are drawn from the stream of
  /// the post cell in the order of the column, which must therefore not depend on the order of construction.
  void fill(std::size_t post, std::span<const std::uint32_t> pre, std::span<double> values) const;

 private:
  const Values& values_;
  std::uint64_t purpose_;
  const ProjectionContext& context_;
};

}  // namespace va_event::network
