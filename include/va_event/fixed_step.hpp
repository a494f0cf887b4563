// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "va_event/data.hpp"
#include "va_event/population.hpp"
#include "va_event/simulation.hpp"
#include "va_event/time.hpp"

/// Clock-driven simulation of any network of this library, for comparison: what a conventional simulator makes of
/// the network, and how its errors shrink with the step. No formula of a neuron is shared with the exact
/// simulation; both share the description of the network, the spike trains of the sources and the function e^x.
namespace va_event {

/// How membrane and synapses get from one moment to another, h <= dt later. Order: how the error of a smooth
/// solution shrinks, dt^order.
enum class Method {
  /// The linear equations of IF_curr_exp solved exactly (Rotter & Diesmann 1999). No error but rounding. As NEST.
  exact,
  /// Synapses decay by exactly e^(-h/tau_syn); v relaxes exponentially to where the inputs of the step's begin would
  /// pull it. Order 1; stable for any dt. As GeNN, and as Brian2's "exponential_euler".
  exponential_euler,
  /// y + h f(y) for all variables. Order 1; stable for dt <= 2 tau.
  forward_euler,
  /// Runge-Kutta, midpoint rule, for all variables. Order 2; stable for dt <= 2 tau.
  rk2,
  /// The classical Runge-Kutta method for all variables. Order 4; stable for dt <= 2.78 tau.
  rk4,
};

/// When a neuron spikes whose v was below the threshold at one tested moment and is not at the next. What happens
/// between two tested moments is not seen: an excursion above the threshold that is over by then is missed.
enum class SpikeTiming {
  /// Tested at the ends of steps. The spike is at the end of the step, and v stays at v_reset for tau_refrac rounded
  /// to whole steps (half a step and more up; 0 is possible). Order 1 with any method. As NEST, Brian2, GeNN.
  grid,
  /// Tested at the ends of pieces (see DelayTiming). The spike is where the straight line through v at both ends of the
  /// piece meets the threshold; reset, refractoriness (not rounded) and the rest of the step follow from
  /// there. Order min(2, the method's).
  linear,
  /// The same with the cubic polynomial through v and dv/dt at both ends. Order min(4, the method's).
  /// (Both: Hanuschkin et al. 2010, Front. Neuroinform. 4:113.)
  cubic,
};

/// When inputs and changes of injected currents act.
enum class DelayTiming {
  /// At the ends of steps. A spike counts at the end of its step (the step's beginning belongs to the step before),
  /// delays are rounded to whole steps (half a step and more up), at least one; step currents change at the next end
  /// of a step. Order 1 with any method. As NEST, Brian2, GeNN.
  grid,
  /// At their own times. The neuron's step is split there into pieces ("canonical" in Morrison et al. 2007, Neural
  /// Comput. 19:47), so that the solution is smooth in each piece and the method keeps its order.
  continuous,
};

[[nodiscard]] std::string_view name(Method method) noexcept;       ///< "exact", "exponential_euler", ...
[[nodiscard]] std::string_view name(SpikeTiming spikes) noexcept;  ///< "grid", "linear", "cubic"
[[nodiscard]] std::string_view name(DelayTiming delays) noexcept;  ///< "grid", "continuous"

/// How a network is simulated with a time step.
struct FixedStepOptions {
  Method method = Method::rk4;
  double dt = 0.1;  ///< the step [ms], > 0; powers of two (2^-10) have exact grids, others end k * dt, rounded once
  SpikeTiming spikes = SpikeTiming::grid;
  DelayTiming delays = DelayTiming::grid;
};

/// What happened so far.
struct FixedStepStatistics {
  std::uint64_t steps = 0;            ///< of the clock
  std::uint64_t spikes = 0;           ///< of neurons
  std::uint64_t source_spikes = 0;    ///< of spike sources
  std::uint64_t synaptic_events = 0;  ///< deliveries to single synapses
};

/// A clock-driven simulation of a network.
///
/// At a grid point t = k dt things happen in this order: values are sampled, sources spike, currents change, inputs
/// arrive; then all neurons go to t + dt, where the threshold is tested. So a value of v at a grid point is after the
/// reset of a spike there and before the inputs there.
///
/// Sources spike at the same times, to the last bit, as in the exact simulation; only their delivery is rounded. A cell
/// with v >= v_thresh at time 0 spikes there. Memory: the network's own, about 100 bytes per neuron, and the spikes in
/// flight; nothing grows with the longest delay or with 1/dt.
class FixedStepSimulation {
 public:
  /// Simulates from time 0 what `network` would simulate after reset(): its present parameters, synapses, sources and
  /// currents, and its initial values. `network` may have run and may go on; it is not changed. Of what is changed
  /// there afterwards only the weights of synapses are seen here.
  /// @throws ParameterError: dt not > 0 or not finite; Method::exact for conductance-based cells; an ACSource; cells of
  /// IF_curr_delta; a dt with which the method is not stable (its limit over the smallest time constant, without regard
  /// to synaptic conductances); with interpolated spikes and continuous delays, a dt above the smallest delay between
  /// neurons: a spike would arrive in a step that is over.
  explicit FixedStepSimulation(const Simulation& network, FixedStepOptions options = {});
  FixedStepSimulation(FixedStepSimulation&&) noexcept;
  FixedStepSimulation& operator=(FixedStepSimulation&&) noexcept;
  ~FixedStepSimulation();

  /// Simulates `duration` [ms], >= 0, more, rounded up to whole steps (1e-9 of a step too much is not a step). A run
  /// that is cut at any steps gives the results of the uncut one.
  /// @throws ParameterError for another duration, or one of 2^53 steps and more
  void run(double duration);
  /// Simulates to the first grid point that is not before `time`; nothing happens when that is not later than now.
  void run_until(Time time);
  /// The present grid point.
  [[nodiscard]] Time now() const;

  [[nodiscard]] const FixedStepOptions& options() const noexcept;
  [[nodiscard]] const FixedStepStatistics& statistics() const noexcept;

  /// All spikes so far, those of sources included; every spike is recorded.
  [[nodiscard]] Spikes spikes() const;
  /// Those of some cells of the network.
  [[nodiscard]] Spikes spikes(const Cells& cells) const;

  // Cells below are those of the network. All throw ConnectionError for cells of another simulation, IndexError for
  // cells that were made after this simulation.

  /// Samples a variable ("v", "gsyn_exc", ...) from now on, at every step.
  void record(const Cells& cells, std::string_view variable);
  /// @param sampling_interval [ms], a multiple of dt
  /// @throws ParameterError, UnknownNameError; StateError when a cell already records it at another interval.
  void record(const Cells& cells, std::string_view variable, double sampling_interval);
  /// @throws UnknownNameError when the variable is not recorded by any of the cells.
  [[nodiscard]] Signal signal(const Cells& cells, std::string_view variable) const;

  /// The present value of a variable of each cell, in its unit. @throws UnknownNameError
  [[nodiscard]] std::vector<double> value(const Cells& cells, std::string_view variable) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace va_event
