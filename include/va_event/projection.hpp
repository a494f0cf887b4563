// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "va_event/connectors.hpp"
#include "va_event/population.hpp"

namespace va_event {

/// The synapses from one set of cells to another. Arrays hold one element per synapse, ordered by (pre, delay, post,
/// weight).
class Projection {
 public:
  /// The number of synapses.
  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] const std::string& label() const noexcept;
  [[nodiscard]] std::vector<double> weights() const;  ///< [uS], [nA] or [mV]
  [[nodiscard]] std::vector<double> delays() const;   ///< [ms]
  /// Every synapse with weight and delay; pre and post count within the connected sets.
  [[nodiscard]] std::vector<ListedConnection> connections() const;
  /// Changes every weight; takes effect for events that arrive from now on.
  /// @param weights one number, one for each synapse in the order above, or a distribution, drawn with the streams of
  /// the projection's own weights
  /// @throws ParameterError, SizeError; ConnectionError for a function of distance
  void set_weights(const Values& weights);
  /// Bytes that the synapses occupy in this process.
  [[nodiscard]] std::size_t memory_bytes() const noexcept;

 private:
  friend struct detail::Core;
  Projection(std::shared_ptr<detail::Core> core, std::size_t index) noexcept;

  std::shared_ptr<detail::Core> core_;
  std::size_t index_ = 0;
};

}  // namespace va_event
