// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "va_event/connectors.hpp"
#include "va_event/population.hpp"

namespace va_event {

/// How variables of synapses are recorded.
struct SynapseRecording {
  /// Samples are taken at the multiples of this interval [ms], > 0. Each of them costs about as much as a call of
  /// Simulation::run(). None: every change is recorded.
  std::optional<double> sampling_interval = std::nullopt;
  /// Indexes of the synapses in the projection's order, each once. None: all.
  std::optional<std::vector<std::uint64_t>> synapses = std::nullopt;
};

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
  /// The present value of a variable of each synapse; variables() has their names. Like weights(), of which "weight" is
  /// one more name: all spikes that have reached the synapse count. Until the first spike reaches it, u decays from the
  /// time (1 - f) d on, when what happens to the source at t = 0 reaches the synapse. @throws UnknownNameError
  [[nodiscard]] std::vector<double> value(std::string_view variable) const;
  /// What can be recorded of these synapses:
  ///  weight            of all of them, in their unit. It changes where it is plastic.
  ///  u                 of types with U: use of resources, just after its increment at a spike
  ///  x                 of TsodyksMarkramSynapse and short_term: recovered resources, after what the spike releases
  ///  delivered_weight  of types that change: what a spike delivers to the neuron: the weight with its change at the
  ///                    spike's arrival, times what is released; 0 where chance decides that nothing is. Recorded at
  ///                    every change only, since it has a value at presynaptic spikes alone.
  [[nodiscard]] std::vector<std::string> variables() const;

  /// Records variables from now on: samples at an interval, which signal() has, or every change, which changes() has.
  ///
  /// A presynaptic spike emitted at t reaches the synapse at t + (1 - f) d, a postsynaptic one emitted at s at s + f d;
  /// f is the dendritic delay fraction, and 0 for types that have none. A weight is recorded when one of them has made
  /// it another one; u, x and delivered_weight at every presynaptic one. What the user sets is no such change. All
  /// changes before now() are there when a run has ended, in whatever order the rule works them out.
  ///
  /// Synapses that record a variable already at this interval, or its changes, go on as they are. Neither records more
  /// often than is asked for: both may be asked for. reset() forgets the data, and recording begins again at time 0.
  /// @throws UnknownNameError, which lists the variables that there are; ParameterError for an interval that is not
  /// > 0; IndexError; StateError when one of the synapses samples the variable at another interval. Nothing has changed
  /// then.
  void record(std::string_view variable, const SynapseRecording& how = {});
  void record(const std::vector<std::string>& variables, const SynapseRecording& how = {});
  /// record({"u", "x"}), which without this would be taken for a string_view made from two pointers.
  void record(std::initializer_list<std::string_view> variables, const SynapseRecording& how = {});
  /// The samples of a variable recorded so far. @param synapses those that are asked for; none: all that record it
  /// @throws UnknownNameError when none of them is sampled; IndexError; StateError when their samples begin at
  /// different times or have different intervals
  [[nodiscard]] SynapseSignal signal(std::string_view variable,
                                     const std::optional<std::vector<std::uint64_t>>& synapses = std::nullopt,
                                     Gather gather = Gather::everywhere) const;
  /// The changes of a variable recorded so far. @throws as signal()
  [[nodiscard]] SynapseChanges changes(std::string_view variable,
                                       const std::optional<std::vector<std::uint64_t>>& synapses = std::nullopt,
                                       Gather gather = Gather::everywhere) const;
  /// Forgets what was recorded so far of these synapses; recording goes on.
  void clear_recorded();
  /// Forgets what was recorded so far, and records nothing of these synapses any more. record() begins anew.
  void stop_recording();
  /// Write what signal() or changes() has, one file for all processes, all of which must call.
  /// @param path .csv or .npz (files.hpp) @throws FileError, UnknownNameError, and what these functions throw
  void write_signal(const std::string& path, std::string_view variable) const;
  void write_changes(const std::string& path, std::string_view variable) const;

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
