// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "events/candidates.hpp"
#include "foundation/bytes.hpp"
#include "network/network.hpp"
#include "neurons/group/closest_approach.hpp"
#include "neurons/inputs.hpp"
#include "neurons/state.hpp"

namespace va_event::neurons {

/// How an interval of a neuron (from one of its events to the next) is known to hold no spike, or to end with one.
enum class Interval : std::uint8_t { by_sign, by_bound, by_search, refractory, crossing };
inline constexpr std::size_t kIntervalKinds = 5;
using IntervalCounts = std::array<std::uint64_t, kIntervalKinds>;

/// What the event loop learns about a candidate.
template <class Real>
struct LookResult {
  bool spikes = false;
  Real time = Real(0);  ///< of the spike [ms]
};

/// Neurons of one model, of any number of populations, as the event loop uses them: inputs are delivered to them, they
/// are looked at when they might spike, they spike, and their refractoriness ends. All times are offsets in the present
/// epoch.
///
/// Between two of its own events a neuron's record is not touched: a value or a crossing in between is a function of
/// that record, so that nothing depends on when they were read. Which neurons a group holds, and how their inputs wait
/// or are added up, is the matter of the classes below this one (StoredNeuronGroup, DrivenNeuronGroup).
template <class Real>
class NeuronGroup {
 public:
  using Candidates = events::Candidates<Real>;

  NeuronGroup() = default;
  NeuronGroup(const NeuronGroup&) = delete;
  NeuronGroup& operator=(const NeuronGroup&) = delete;
  virtual ~NeuronGroup() = default;

  /// An input at `t` on each target; a target may occur several times.
  virtual void deliver(const Real& t, std::size_t receptor, std::span<const Targets> targets,
                       Candidates& candidates) = 0;
  /// Inputs in the order of their times: the first, and those after it until one comes whose neuron has had another
  /// input meanwhile, or might spike before it. @returns how many they were
  virtual std::size_t receive(std::span<const Input<Real>> inputs, Candidates& candidates) = 0;

  /// Asks the memory for what look_at() and end_refractoriness() need of a neuron, long before they are called.
  virtual void prefetch(std::size_t index) const = 0;
  /// The same for deliver().
  virtual void prefetch_targets(std::span<const std::uint32_t> targets, std::uint32_t offset) const = 0;

  /// Before this time the neuron does not spike unless an event comes; +inf: not within this epoch.
  [[nodiscard]] virtual Real safe_until(std::size_t index) const = 0;
  /// Looks closer at a neuron at its `safe_until`: it spikes there, or it is safe until a later time.
  virtual LookResult<Real> look_at(std::size_t index) = 0;
  /// The neuron spikes at `t` and becomes refractory. Returns tau_refrac [ms].
  virtual Real spike_at(std::size_t index, const Real& t) = 0;
  /// Refractoriness ends at `t`.
  virtual void end_refractoriness(std::size_t index, const Real& t, Candidates& candidates) = 0;

  /// New parameters (in the order of the model) and injected current [nA] from `t` on; the variables stay.
  virtual void set_parameters(std::size_t index, std::span<const double> parameters, double injected, const Real& t,
                              Candidates& candidates) = 0;
  /// Sets state variable number `variable` at `t`.
  virtual void set_variable(std::size_t index, std::size_t variable, double value, const Real& t,
                            Candidates& candidates) = 0;
  /// The exact value of a state variable at `t`, which is not before the neuron's last event.
  [[nodiscard]] virtual double variable(std::size_t index, std::size_t variable, const Real& t) = 0;

  /// Advances every neuron to the end of the epoch, which becomes time 0 of the epoch with number `epoch`.
  virtual void next_epoch(std::int64_t epoch) = 0;
  /// Whether next_epoch() would change nothing, however often: no neuron spikes without an event, and no record changes
  /// by a bit.
  [[nodiscard]] virtual bool at_rest() = 0;
  /// Epochs pass in which nothing happens. @pre at_rest()
  virtual void skip_to_epoch(std::int64_t epoch) = 0;
  /// Offers every neuron.
  virtual void offer_all(Candidates& candidates) const = 0;

  /// Brings what there is to report up to date.
  virtual void integrate_deferred() = 0;

  /// What a checkpoint holds of a neuron: its last event, from which all else follows.
  virtual void save(std::size_t index, foundation::ByteWriter& out) = 0;
  /// Takes it over at `now`. @pre the neuron has its present parameters @returns whether it is refractory
  /// @throws foundation::BadBytes when no neuron of these parameters can be like that
  virtual bool load(std::size_t index, foundation::ByteReader& in, const events::Instant<Real>& now) = 0;
  /// What there is to report so far; before load().
  virtual void set_report(const IntervalCounts& counts, const ClosestApproach& closest) {
    counts_ = counts;
    closest_ = closest;
  }
  /// How many intervals there were, by kind, the present ones included.
  [[nodiscard]] virtual IntervalCounts interval_counts() const { return counts_; }
  /// Of all potentials: where the root finder found a crossing or that there is none, and where an event ended a rise.
  [[nodiscard]] virtual ClosestApproach closest_approach() const { return closest_; }

 protected:
  [[nodiscard]] std::uint64_t& count(Interval kind) noexcept { return counts_[static_cast<std::size_t>(kind)]; }

  IntervalCounts counts_{};
  ClosestApproach closest_;
};

/// A group that holds its neurons itself. Populations are added before anything is simulated.
template <class Real>
class StoredNeuronGroup : public NeuronGroup<Real> {
 public:
  /// So many neurons will be added: large tables need not move.
  virtual void reserve(std::size_t count) = 0;
  /// Adds neurons begin ... end-1 of a population. @returns the index in the group of the first of them
  /// @param injected current at time 0 of each of them [nA]
  virtual std::uint32_t add(const network::PopulationData& population, std::uint32_t begin, std::uint32_t end,
                            std::span<const double> injected) = 0;
};

/// A neuron as it leaves a group.
template <class Real, class State>
struct RemovedNeuron {
  State state;        ///< y is kRefractory while the neuron is refractory
  Real refractory_y;  ///< what y is then
  Real v_thresh;      ///< that y is relative to [mV]
  Real y_reset;       ///< v_reset - v_thresh [mV]
};

/// A group whose neurons can leave it, to be held elsewhere.
template <class Real, class State>
class ModelGroup : public StoredNeuronGroup<Real> {
 public:
  /// The neuron leaves at `t`. Its place stays, takes no inputs and never spikes.
  virtual RemovedNeuron<Real, State> remove_neuron(std::size_t index, const Real& t) = 0;
};

}  // namespace va_event::neurons
