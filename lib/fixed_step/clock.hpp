// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "fixed_step/source_trains.hpp"
#include "fixed_step/spike_calendar.hpp"
#include "fixed_step/wiring.hpp"
#include "network/network.hpp"
#include "neurons/fixed_step/grid.hpp"
#include "neurons/fixed_step/neuron_group.hpp"
#include "recording/recorder.hpp"
#include "va_event/fixed_step.hpp"

namespace va_event::fixed_step {

/// The loop over steps of a simulation with a time step. Each step collects what happens within it (spikes of sources,
/// inputs, changes of currents), hands it to the neurons in its order, and sends their spikes on their way. The order
/// is by (time, kind, contents), never by insertion, so that sums of inputs have the same bits however the network was
/// made. One thread; one process. What the clock shares with the event-driven engine is the description of the network,
/// the spikes of sources and the recorder, no formula of a neuron.
class Clock {
 public:
  /// Copies everything but the synapses.
  /// @param network its projections are read as long as this exists
  /// @throws ParameterError when the options do not fit the network (see FixedStepSimulation); StateError when synapses
  /// of a projection are not static
  Clock(const network::Network& network, const FixedStepOptions& options);

  /// Simulates one step.
  void step();

  [[nodiscard]] std::int64_t now() const noexcept { return now_; }  ///< steps done
  [[nodiscard]] const Grid& grid() const noexcept { return grid_; }
  [[nodiscard]] const FixedStepStatistics& statistics() const noexcept { return statistics_; }
  /// The network as it was when this was made, without projections.
  [[nodiscard]] const network::Network& network() const noexcept { return network_; }
  /// What is recorded: all spikes, and the samples that are asked for.
  [[nodiscard]] recording::Recorder& recorder() noexcept { return recorder_; }
  /// Variable number `variable` of a neuron at the present grid point, in the unit of the model.
  [[nodiscard]] double variable(CellId cell, std::size_t variable) const;

 private:
  /// A change of an injected current.
  struct CurrentStep {
    GridTime time;
    std::size_t injection;  ///< index in Network::injections
    double amplitude;       ///< from then on [nA]
  };

  /// What happens within the present step, in its order at one moment: currents, then inputs by (source, branch).
  struct Happening {
    double offset;  ///< in the step [ms], in [0, dt)
    enum class Kind : std::uint8_t { current, input } kind;
    CellId source;          ///< of an input
    std::size_t index;      ///< of the branch, or of the step of a current
    std::uint32_t row = 0;  ///< the synapses [begin, end) of this row
    std::uint32_t begin = 0;
    std::uint32_t end = 0;

    friend bool operator<(const Happening& a, const Happening& b) {
      return std::tie(a.offset, a.kind, a.source, a.index, a.begin) <
             std::tie(b.offset, b.kind, b.source, b.index, b.begin);
    }
  };

  /// @throws ParameterError unless each population's model, the method, dt and the delays go together
  void check(const FixedStepOptions& options) const;
  /// Lists the changes of all injected currents by time.
  void schedule_currents(DelayTiming timing);
  /// Samples what is due at the present grid point.
  void take_samples();
  /// Records the spikes of sources in the present step and sends them out.
  void spike_sources();
  /// Puts a spike on its way through all branches in which its cell has synapses.
  void send_out(CellId source, std::size_t population, const GridTime& time);
  void travel_on(TravellingSpike spike);
  /// Lists the inputs of the present step; synapses of a row that arrive at one time are one happening.
  void collect_inputs();
  /// Lists the changes of currents in the present step.
  void collect_currents();
  /// @param offset in the present step [ms]
  void change_current(const CurrentStep& step, double offset);
  /// Delivers the synapses of an input, which arrive at one time.
  void deliver(const Happening& input);
  void take_spikes();
  /// The synapses of a branch, where they are now: tables move when projections are added.
  [[nodiscard]] const network::SynapseTable& table_of(const Branch& branch) const;

  const network::Network& live_;  ///< for its projections
  network::Network network_;      ///< all but the projections, as they were
  Grid grid_;
  Wiring wiring_;
  SpikeCalendar calendar_;
  SourceTrains sources_;
  std::vector<std::unique_ptr<NeuronGroup>> groups_;  ///< by population; null for sources
  std::vector<CurrentStep> current_steps_;            ///< by time
  std::size_t next_current_step_ = 0;
  std::vector<double> amplitudes_;                                      ///< of each injection at present [nA]
  std::unordered_map<CellId, std::vector<std::size_t>> injections_of_;  ///< in the order in which they were made
  std::vector<TravellingSpike> arrivals_;                               ///< scratch
  std::vector<Happening> happenings_;                                   ///< scratch
  recording::Recorder recorder_;
  FixedStepStatistics statistics_;
  std::int64_t now_ = 0;
};

}  // namespace va_event::fixed_step
