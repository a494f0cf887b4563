// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "va_event/connectors.hpp"
#include "va_event/population.hpp"

namespace va_event {

/// The synapses from one set of cells to another. Arrays hold one element per synapse, ordered by (pre, delay, post,
/// weight); of plastic synapses that is the weight that they were made with.
class Projection {
 public:
  /// The number of synapses.
  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] const std::string& label() const noexcept;
  /// [uS], [nA] or [mV]; of plastic synapses as of now: all spikes that have reached the synapse count.
  [[nodiscard]] std::vector<double> weights() const;
  [[nodiscard]] std::vector<double> delays() const;  ///< [ms]
  /// Every synapse with weight and delay; pre and post count within the connected sets.
  [[nodiscard]] std::vector<ListedConnection> connections() const;
  /// PyNN's name of the synapse type; of an STDP mechanism with its parts.
  [[nodiscard]] const std::string& synapse_type() const noexcept;
  /// A parameter of the synapses' rule ("tau_plus"). @throws UnknownNameError, which lists those that there are
  [[nodiscard]] std::vector<double> parameter(std::string_view name) const;
  /// Sets it; takes effect for spikes that come from now on. Changes of weights that are still to be made for spikes of
  /// up to twice the longest delay before use the new value, too. "u" and "dendritic_delay_fraction" are set before the
  /// first run. @param values as of set_weights(); once it has run one number stays one number
  /// @throws UnknownNameError, ParameterError, SizeError, StateError; ConnectionError for a function of distance
  void set(std::string_view name, const Values& values);
  /// Changes every weight; takes effect for events that arrive from now on. Of plastic synapses it is changed from now
  /// on by the spikes that come, while their traces stay, and reset() goes back to it.
  /// @param weights one number, one for each synapse in the order above, or a distribution, drawn with the streams of
  /// the projection's own weights
  /// @throws ParameterError, SizeError; ConnectionError for a function of distance
  void set_weights(const Values& weights);
  /// Writes all synapses with their present weights, one file for all processes, all of which must call.
  /// @param path .csv, .npz or .h5 (files.hpp) @throws FileError, UnknownNameError
  void write(const std::string& path) const;
  /// Bytes that the synapses occupy in this process.
  [[nodiscard]] std::size_t memory_bytes() const noexcept;

 private:
  friend struct detail::Core;
  /// Of one number for each synapse those of this process. @throws SizeError
  [[nodiscard]] Values own_part(const Values& values, std::string_view name) const;
  Projection(std::shared_ptr<detail::Core> core, std::size_t index) noexcept;

  std::shared_ptr<detail::Core> core_;
  std::size_t index_ = 0;
};

}  // namespace va_event
