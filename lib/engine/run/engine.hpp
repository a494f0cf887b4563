// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/bytes.hpp"
#include "network/network.hpp"
#include "recording/recorder.hpp"
#include "synapses/draw.hpp"
#include "synapses/synapse_observation.hpp"
#include "va_event/method.hpp"
#include "va_event/precision.hpp"
#include "va_event/processes.hpp"
#include "va_event/run_statistics.hpp"
#include "va_event/work_counts.hpp"

namespace va_event::engine {

/// A potential that came close to its threshold, or only just over it.
struct ClosestApproach {
  double distance_mv;  ///< of v from v_thresh [mV], >= 0
  CellId cell;
  double time_ms;
};

/// A recorded change of a synapse.
struct SynapseChange {
  Time time;
  std::uint64_t synapse;  ///< index in the projection's order
  synapses::SynapseVariable variable;
  double value;
};

/// A simulation in progress, whatever number type it counts with. Everything it holds belongs to it; the network is
/// only read, the recorder gets the spikes and samples.
///
/// Of several processes each has an engine for its share of the network's cells. They are made and run at the same
/// time; what concerns single cells is done by those that have them.
class Engine {
 public:
  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  virtual ~Engine() = default;

  /// Handles every event before `stop`. `keep_going` is asked every epoch in which something can happen, and now and
  /// then in between; when it says no,
  /// the loop ends where it is. Returns whether `stop` was reached.
  /// @throws what `keep_going` throws; StateError when there is too little memory for more spikes
  virtual bool run_until(const Time& stop, const std::function<bool(const Time&)>& keep_going) = 0;
  /// False once an error has ended a run between two clean points: nothing but statistics may be asked for.
  [[nodiscard]] virtual bool whole() const = 0;
  /// Every event before this time is done.
  [[nodiscard]] virtual Time now() const = 0;

  // Changes that the user makes at now().
  virtual void parameters_changed(CellId cell) = 0;
  /// Before sources_changed(), while the network still has the parameters that the sources had.
  virtual void sources_will_change() = 0;
  virtual void sources_changed(std::span<const CellId> cells) = 0;
  virtual void injection_added(std::size_t injection) = 0;
  virtual void weights_changed(std::size_t projection) = 0;
  /// The present weights of a projection whose rule changes them. @param weights by block, as many as its table has
  virtual void weights(std::size_t projection, std::span<std::vector<double>> weights) const = 0;
  // Recording of synapses, for rules that tell what is recorded (synapses::SynapseRule::variables):
  /// The present values of a variable of synapses of this process. @param values  one for each place
  virtual void synapse_values(std::size_t projection, synapses::SynapseVariable variable,
                              std::span<const synapses::SynapsePlace> places, std::span<double> values) const = 0;
  /// Notes the changes of these synapses of a projection, and of no others, from now() on.
  /// @param synapses  of this process, ascending by place
  virtual void observe_synapses(std::size_t projection, std::span<const synapses::ObservedSynapse> synapses) = 0;
  /// Hands over all changes before now() since the last call. @param visit  gets those of each synapse in their order
  virtual void take_synapse_changes(
      const std::function<void(std::size_t projection, const SynapseChange& change)>& visit) = 0;
  /// Before the network's parameters of synapses change, and afterwards.
  virtual void synapse_parameters_will_change(std::size_t projection) = 0;
  virtual void synapse_parameters_changed(std::size_t projection) = 0;
  virtual void set_variable(CellId cell, std::size_t variable, double value) = 0;
  /// @pre the cell is one of this process
  [[nodiscard]] virtual double variable(CellId cell, std::size_t variable) const = 0;

  /// What was chosen when the engine was made, for make_engine(): the same choice gives the same bytes.
  virtual void save_methods(foundation::ByteWriter& out) const = 0;
  /// The state at now(), in a form that does not depend on how the cells are dealt to threads: the same state gives the
  /// same bytes.
  virtual void save(foundation::ByteWriter& out) const = 0;
  /// Takes over such a state. @pre nothing has run, and the network is the same @throws foundation::BadBytes
  virtual void load(foundation::ByteReader& in) = 0;

  /// See Simulation::methods().
  [[nodiscard]] virtual std::vector<MethodRow> methods() const = 0;

  /// What the spikes of each of the sources follow from besides its parameters; "" for those that this process does not
  /// draw (README.md, Sources).
  [[nodiscard]] virtual std::vector<std::string> source_states(std::span<const CellId> sources) const = 0;
  /// Takes over such states of another process. @pre this one draws the sources, and the parameters are the same
  virtual void load_sources(std::span<const CellId> sources, std::span<const std::string> states) = 0;

  /// How many threads it runs on.
  [[nodiscard]] virtual unsigned threads() const = 0;
  // Of this process:
  /// See Simulation::warnings().
  [[nodiscard]] virtual const std::vector<std::string>& warnings() const = 0;
  [[nodiscard]] virtual RunStatistics statistics() const = 0;
  [[nodiscard]] virtual WorkCounts work_counts() const = 0;
  /// The narrowest decision so far; nothing when there was none to make.
  [[nodiscard]] virtual std::optional<ClosestApproach> closest_approach() const = 0;
  /// From now on every decision that chance makes at a synapse is kept. @pre nothing has run
  virtual void keep_draws() = 0;
  /// Those since the last call, in any order. A method may decide ahead of the time at which the spike arrives.
  [[nodiscard]] virtual std::vector<synapses::Draw> take_draws() = 0;
};

/// An engine on the number type of `precision`. The recorder must be empty or hold spikes of the same precision.
/// @param threads at most so many; 0: as many as pay
/// @param processes that the network is shared by; must outlive the engine
/// @param methods what Engine::save_methods() wrote; "": they are chosen now @throws foundation::BadBytes
[[nodiscard]] std::unique_ptr<Engine> make_engine(const Precision& precision, const network::Network& network,
                                                  recording::Recorder& recorder, unsigned threads, Processes& processes,
                                                  std::string_view methods = {});
/// In this process alone.
[[nodiscard]] std::unique_ptr<Engine> make_engine(const Precision& precision, const network::Network& network,
                                                  recording::Recorder& recorder, unsigned threads = 1);

}  // namespace va_event::engine
